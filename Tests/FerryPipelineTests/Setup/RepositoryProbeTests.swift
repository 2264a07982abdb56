internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1))) struct RepositoryProbeTests {
    struct Repository: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let files: [String: String]
        /// `line (reason)` of every command that fits, the best first.
        let commands: [String]

        init(_ name: String, _ files: [String: String], _ commands: String...) {
            testDescription = name
            self.files = files
            self.commands = commands
        }
    }

    static let repositories: [Repository] = [
        Repository("Swift", ["Package.swift": "", "Tests/ATests/a.swift": ""], "swift test (Package.swift with a folder Tests)"),
        Repository("Rust", ["Cargo.toml": "", "src/lib.rs": ""], "cargo test (Cargo.toml)"),
        Repository("Go", ["go.mod": "module x"], "go test ./... (go.mod)"),
        Repository("pytest by its own file", ["pytest.ini": ""], "python3 -m pytest -q (pytest.ini)"),
        Repository(
            "pytest by pyproject", ["pyproject.toml": "[project]\n[tool.pytest.ini_options]\n"],
            "python3 -m pytest -q (`[tool.pytest` in pyproject.toml)"),
        Repository("pytest as a dependency", ["requirements-dev.txt": "pytest>=8\n"], "python3 -m pytest -q (pytest in requirements-dev.txt)"),
        Repository("pytest by a fixture", ["tests/conftest.py": ""], "python3 -m pytest -q (tests/conftest.py)"),
        Repository("pytest by an import", ["test/test_a.py": "import pytest\n"], "python3 -m pytest -q (test/test_a.py imports pytest)"),
        Repository("plain test functions", ["test_a.py": "def test_a(): pass\n"], "python3 -m pytest -q (test_a.py has plain test functions)"),
        Repository(
            "unittest in the root", ["test_a.py": "import unittest\n"], "python3 -m unittest (test_a.py imports unittest, and nothing names pytest)"),
        Repository(
            "unittest in a folder", ["tests/test_a.py": "import unittest\n"],
            "python3 -m unittest discover -s tests (tests/test_a.py imports unittest, and nothing names pytest)"),
        Repository(
            "unittest in a package", ["tests/test_a.py": "from unittest import TestCase\n", "tests/__init__.py": ""],
            "python3 -m unittest (tests/test_a.py imports unittest, and nothing names pytest)"),
        Repository("npm", ["package.json": #"{"scripts": {"test": "jest"}}"#], "npm test (the script `test` in package.json)"),
        Repository("npm without a test", ["package.json": #"{"scripts": {"build": "tsc"}}"#]),
        Repository("npm as it was made", ["package.json": #"{"scripts": {"test": "echo \"Error: no test specified\" && exit 1"}}"#]),
        Repository("npm with a broken manifest", ["package.json": "{"]),
        Repository("make", ["Makefile": "CC = cc\nall: x\n\ntest: all\n\t./run\n"], "make test (the target `test` in Makefile)"),
        Repository("make by another name", ["Makefile": "lint check: all\n\t./run\n"], "make check (the target `check` in Makefile)"),
        Repository("make without a test", ["Makefile": "test := 1\n# test: no\n.PHONY: test\nall:\n\techo test: x\n"]),
        Repository(
            "several", ["Makefile": "test:\n", "pytest.ini": "", "package.json": #"{"scripts": {"test": "x"}}"#],
            "python3 -m pytest -q (pytest.ini)", "npm test (the script `test` in package.json)", "make test (the target `test` in Makefile)"),
        Repository("nothing", ["README.md": "", "src/main.c": ""]),
        Repository("a test of a dependency", ["node_modules/x/test_a.py": "import pytest\n", ".venv/lib/test_b.py": "import pytest\n"]),
    ]

    @Test(arguments: repositories) func `the test command is found by what lies in the repository`(_ repository: Repository) async throws {
        try await withScratch(repository.files) { folder in
            let probe = RepositoryProbe(folder: folder, environment: [:])
            #expect(probe.tests.map { "\($0.line) (\($0.reason))" } == repository.commands)
            #expect(probe.test?.line == probe.tests.first?.line)
        }
    }

    @Test func `without a test command it says what to do`() async throws {
        try await withScratch { folder in
            let probe = RepositoryProbe(folder: folder, environment: [:])
            #expect(probe.remarks == ["No test command was found. Name one under `test` in the repository note; without it no work can be checked."])
        }
    }

    @Test func `a link that leads out of the repository is not read`() async throws {
        try await withScratch(["outside.json": #"{"scripts": {"test": "x"}}"#, "repo/": ""]) { root in
            try symbolicLink(at: root.appending("repo/package.json"), to: "../outside.json")
            #expect(RepositoryProbe(folder: root.appending("repo"), environment: [:]).tests.isEmpty)
        }
    }
}
