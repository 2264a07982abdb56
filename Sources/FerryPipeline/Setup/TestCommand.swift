/// A test command that fits a repository, and why.
package struct TestCommand: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case swift, cargo, go, pytest, unittest, npm, make
    }

    package let kind: Kind
    /// A shell line.
    package let line: String
    /// What was seen: `Package.swift with a folder Tests`.
    package let reason: String

    var needsPytest: Bool { kind == .pytest }

    /// What the command runs, the first one being its own name.
    var programs: [String] {
        switch kind {
        case .swift: ["swift"]
        case .cargo: ["cargo", "rustc"]
        case .go: ["go"]
        case .pytest, .unittest: ["python3"]
        case .npm: ["npm", "node"]
        case .make: ["make"]
        }
    }

    /// All that fit, the best first. A language's own runner comes before npm and make, whose scripts tend to need more than the repository
    /// (a network, a virtual environment); the order of languages is only for repositories with several.
    static func candidates(in files: RepositoryFiles) -> [TestCommand] {
        [swift(files), cargo(files), go(files), python(files), npm(files), make(files)].compactMap { $0 }
    }

    private static func swift(_ files: RepositoryFiles) -> TestCommand? {
        guard files.has("Package.swift") else { return nil }
        return TestCommand(kind: .swift, line: "swift test", reason: "Package.swift" + (files.has("Tests") ? " with a folder Tests" : ""))
    }

    private static func cargo(_ files: RepositoryFiles) -> TestCommand? {
        files.has("Cargo.toml") ? TestCommand(kind: .cargo, line: "cargo test", reason: "Cargo.toml") : nil
    }

    private static func go(_ files: RepositoryFiles) -> TestCommand? {
        files.has("go.mod") ? TestCommand(kind: .go, line: "go test ./...", reason: "go.mod") : nil
    }

    private static func python(_ files: RepositoryFiles) -> TestCommand? {
        if let reason = pytestReason(files) { return TestCommand(kind: .pytest, line: "python3 -m pytest -q", reason: reason) }
        let tests = files.find { $0.hasSuffix(".py") && TestFile.isTest($0) && isCollected($0) }
        guard let first = tests.first else { return nil }
        let texts = tests.prefix(20).map(files.text)
        if texts.contains(where: { $0.contains("import unittest") || $0.contains("from unittest") || $0.contains("TestCase") }) {
            return TestCommand(kind: .unittest, line: unittestLine(tests, files), reason: "\(first) imports unittest, and nothing names pytest")
        }
        guard texts.contains(where: { $0.contains("def test") }) else { return nil }
        return TestCommand(kind: .pytest, line: "python3 -m pytest -q", reason: "\(first) has plain test functions")
    }

    /// Settings or imports that only pytest reads.
    private static func pytestReason(_ files: RepositoryFiles) -> String? {
        let settings = [("pytest.ini", ""), ("pyproject.toml", "[tool.pytest"), ("setup.cfg", "[tool:pytest]"), ("tox.ini", "[pytest]")]
        if let file = settings.first(where: { files.has($0.0) && ($0.1.isEmpty || files.text($0.0).contains($0.1)) }) {
            return file.1.isEmpty ? file.0 : "`\(file.1)` in \(file.0)"
        }
        let requirements = files.names.filter {
            $0 == "pyproject.toml" || $0 == "tox.ini" || $0 == "Pipfile" || $0 == "setup.py" || isRequirements($0)
        }
        if let file = requirements.first(where: { files.text($0).contains("pytest") }) { return "pytest in \(file)" }
        let using = files.find { $0.hasSuffix("conftest.py") || $0.hasSuffix(".py") && TestFile.isTest($0) }
            .first { $0.hasSuffix("conftest.py") || files.text($0).contains("import pytest") }
        return using.map { $0.hasSuffix("conftest.py") ? $0 : "\($0) imports pytest" }
    }

    private static func isRequirements(_ name: String) -> Bool { name.hasSuffix(".txt") && name.contains("requirements") }

    /// unittest's discovery takes `test*.py`.
    private static func isCollected(_ path: String) -> Bool {
        path.split(separator: "/").last.map { $0.hasPrefix("test") } ?? false
    }

    /// Discovery goes down from the start folder through packages only.
    private static func unittestLine(_ tests: [String], _ files: RepositoryFiles) -> String {
        let folders = Set(tests.map { $0.split(separator: "/").dropLast().first.map(String.init) ?? "" })
        guard !folders.contains(""), let folder = folders.sorted().first, !files.isFile(folder + "/__init__.py") else { return "python3 -m unittest" }
        return "python3 -m unittest discover -s \(folder)"
    }

    private static func npm(_ files: RepositoryFiles) -> TestCommand? {
        guard files.has("package.json"), let script = PackageManifest(files.text("package.json")).script("test"),
            !script.contains("no test specified")
        else { return nil }
        return TestCommand(kind: .npm, line: "npm test", reason: "the script `test` in package.json")
    }

    private static func make(_ files: RepositoryFiles) -> TestCommand? {
        guard let file = ["GNUmakefile", "makefile", "Makefile"].first(where: files.has) else { return nil }
        let targets = files.lines(file)
        guard let target = ["test", "check"].first(where: { name in targets.contains { isTarget(name, $0) } }) else { return nil }
        return TestCommand(kind: .make, line: "make \(target)", reason: "the target `\(target)` in \(file)")
    }

    /// `test:` or `lint test: dependencies`, and no assignment (`test := …`).
    private static func isTarget(_ name: String, _ line: String) -> Bool {
        guard let colon = line.firstIndex(of: ":"), !["\t", "#", "."].contains(where: line.hasPrefix) else { return false }
        return line[colon...].dropFirst().first != "=" && line[..<colon].split(separator: " ").contains(name[...])
    }
}
