internal import FerrySystem
internal import SystemPackage

/// A JUnit XML report, the format that most runners can write. Read for its counts and names only, without a general XML parser:
/// the file was written by code of the repository, so entities and document types are not followed.
enum JUnitReport {
    private static let longest = 16 << 20

    /// The report below the folder; `nil` where there is none, a link is on the way to it, or it is too long.
    static func bytes(at path: String, in folder: FilePath) -> [UInt8]? {
        try? ConfinedFiles(root: folder).read(FilePath(path), limit: longest)
    }

    /// `nil` where the text holds no test suite.
    static func summary(of xml: [UInt8]) -> TestSummary? {
        var cases = 0
        var failures: [String] = []
        var skipped = 0
        var current = ""
        var hasSuite = false
        for tag in xml.split(separator: UInt8(ascii: "<")) {
            switch tag.prefix(while: SecretPattern.Alphabet.token.contains).text {
            case "testsuite", "testsuites": hasSuite = true
            case "testcase":
                cases += 1
                current = [attribute("classname", tag), attribute("name", tag)].compactMap { $0 }.joined(separator: ".")
            case "failure", "error": if failures.last != current { failures.append(current) }
            case "skipped": skipped += 1
            default: break
            }
        }
        guard hasSuite else { return nil }
        return TestSummary(.junit, passed: max(0, cases - failures.count - skipped), failed: failures.count, skipped: skipped, failures: failures)
    }

    private static func attribute(_ name: String, _ tag: ArraySlice<UInt8>) -> String? {
        guard let start = tag.firstRange(of: Array(" \(name)=".utf8)), let quote = tag[start.upperBound...].first, "\"'".utf8.contains(quote)
        else { return nil }
        let value = tag[(start.upperBound + 1)...].prefix { $0 != quote }.text
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
        return entities.reduce(value) { $0.replacing($1.0, with: $1.1) }
    }
}
