/// Tells test files by the names that test runners look for.
package enum TestFile {
    /// Below a folder of tests, or named as one.
    package static func isTest(_ path: String) -> Bool {
        var parts = path.split(separator: "/")
        guard let name = parts.popLast() else { return false }
        let folders: Set<String> = ["test", "tests", "__tests__", "spec", "specs", "testing", "testdata", "e2e"]
        return parts.contains { folders.contains($0.lowercased()) || $0.hasSuffix("Tests") } || isTestName(name)
    }

    /// What `go test` builds: it passes over `testdata`, and over all that begins with `_` or `.` (go help packages).
    static func isOfGo(_ path: String) -> Bool {
        path.hasSuffix("_test.go") && !path.split(separator: "/").contains { $0 == "testdata" || $0.hasPrefix("_") || $0.hasPrefix(".") }
    }

    /// Whether a runner finds tests in it unless it is told otherwise: in Python the name decides, wherever the file lies.
    static func isFound(_ path: String) -> Bool { !path.hasSuffix(".py") || path.split(separator: "/").last.map(isTestName) ?? false }

    private static func isTestName(_ name: Substring) -> Bool {
        let stem = name.split(separator: ".").first ?? name
        if name.hasSuffix(".py") { return stem.hasPrefix("test_") || stem.hasSuffix("_test") || stem == "conftest" || stem == "tests" }
        if name.hasSuffix(".go") || name.hasSuffix(".rs") { return stem.hasSuffix("_test") || stem.hasSuffix("_tests") || stem == "tests" }
        if [".swift", ".java", ".kt", ".kts", ".groovy", ".scala", ".cs"].contains(where: name.hasSuffix) {
            return stem.hasSuffix("Tests") || stem.hasSuffix("Test") || stem.hasSuffix("Spec") || stem.hasSuffix("TestCase")
        }
        return name.contains(".test.") || name.contains(".spec.")
    }
}
