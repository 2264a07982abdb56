internal import FerryModel
internal import Testing

@testable internal import FerryPipeline

/// Twenty small changes with one known fault each, and ten clean ones: no miss, no false alarm.
@Suite(.timeLimit(.minutes(1))) struct GateTableTests {
    struct Known: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: ProposedChange
        var context = GateContext()
        /// `rule path:line severity` of every finding that is expected, in the order of the report.
        var findings: [String] = []

        init(_ name: String, _ change: ProposedChange, _ context: GateContext = GateContext(), _ findings: String...) {
            self.testDescription = name
            self.change = change
            self.context = context
            self.findings = findings
        }
    }

    static let bad: [Known] = [
        Known(
            "a file outside the named ones", ProposedChange(["src/a.py": ("a = 1\n", "a = 2\n"), "src/b.py": ("b = 1\n", "b = 2\n")]),
            GateContext(filesToModify: patterns("src/a.py")), "scope src/b.py error"),
        Known(
            "a file that must not be touched", ProposedChange(["src/core/x.py": ("a\n", "b\n")]),
            GateContext(filesNotToTouch: patterns("src/core/")), "scope src/core/x.py error"),
        Known(
            "an old test changed outside the scope", ProposedChange(["tests/test_a.py": ("x = 1\n", "x = 2\n")]),
            GateContext(filesToModify: patterns("src/")), "scope tests/test_a.py error"),
        Known(
            "a protected path deleted", ProposedChange(["docs/vault/note.md": ("x\n", nil)]), GateContext(protected: patterns("docs/vault")),
            "protected-paths docs/vault/note.md error"),
        Known(
            "a name with a direction override", ProposedChange(["src/a\u{202E}yp.exe.py": (nil, "x = 1\n")]), GateContext(),
            "file-names src/ayp.exe.py error"),
        Known(
            "code between the marks of a terminal's title", ProposedChange(["src/a.py": ("x\n", "s = '\u{1B}]'; evil(); t = '\u{07}'\n")]),
            GateContext(),
            "hidden-characters src/a.py:1 error"),
        Known(
            "code behind a line end that is none", ProposedChange(["src/a.c": ("x\n", "x\n// a\u{202E} b\n")]), GateContext(),
            "hidden-characters src/a.c:2 error"),
        Known("a key as a name", ProposedChange(["a/\(MadeUp.gitHubToken)": (nil, "x\n")]), GateContext(), "secrets a/\(MadeUp.gitHubToken) error"),
        Known(
            "a key that Ferry uses, in a file of its own", ProposedChange(["notes.txt": (nil, "plain-word-of-the-team-77\n")]),
            GateContext(keys: Redactor(values: ["plain-word-of-the-team-77"])), "secrets notes.txt:1 error"),
        Known(
            "tests moved to where no runner looks",
            ProposedChange([
                "tests/test_pay.py": ("def test_pay():\n    assert pay(1)\n    assert pay(2)\n", nil),
                "tests/pay_cases.py": (nil, "def test_pay():\n    assert pay(1)\n    assert pay(2)\n"),
            ]), GateContext(), "deleted-tests tests/test_pay.py error"),
        Known(
            "tests moved to where Go does not look",
            ProposedChange([
                "pkg/a_test.go": ("func TestA(t *testing.T) {\n\tcheck(t)\n}\n", nil),
                "pkg/testdata/a_test.go": (nil, "func TestA(t *testing.T) {\n\tcheck(t)\n}\n"),
            ]), GateContext(), "deleted-tests pkg/a_test.go error"),
        Known(
            "a Go test that is not built",
            ProposedChange([
                "a_test.go": (
                    "package a\n\nfunc TestA(t *testing.T) {\n\tcheck(t)\n}\n",
                    "//go:build never\n\npackage a\n\nfunc TestA(t *testing.T) {\n\tcheck(t)\n}\n"
                )
            ]), GateContext(), "deleted-tests a_test.go:1 error"),
        Known(
            "a new Go test for one system alone",
            ProposedChange(["b_test.go": (nil, "//go:build linux\n\npackage a\n\nfunc TestB(t *testing.T) {\n\tcheck(t)\n}\n")]), GateContext(),
            "deleted-tests b_test.go:1 note"),
        Known(
            "a Go main that runs no test",
            ProposedChange(["main_test.go": (nil, "package a\n\nfunc TestMain(m *testing.M) {\n\tos.Exit(0)\n}\n")]), GateContext(),
            "deleted-tests main_test.go:3 error"),
        Known("a token", ProposedChange(["src/a.py": ("x\n", "x\nT = '\(MadeUp.gitHubToken)'\n")]), GateContext(), "secrets src/a.py:2 error"),
        Known(
            "a token in a test", ProposedChange(["tests/test_a.py": (nil, "KEY = '\(MadeUp.awsKey)'\n")]), GateContext(),
            "secrets tests/test_a.py:1 error"),
        Known(
            "a private key", ProposedChange(["deploy/key.txt": (nil, "-----BEGIN RSA PRIVATE KEY-----\n\(MadeUp.base64)\n")]), GateContext(),
            "secrets deploy/key.txt:1 error"),
        Known(
            "a password in settings", ProposedChange(["config.yaml": ("db:\n", "db:\n  password: \(MadeUp.random)\n")]), GateContext(),
            "secrets config.yaml:2 error"),
        Known(
            "an address with a password", ProposedChange(["src/db.ts": (nil, "const url = 'postgres://app:h7Kq92LmX@db.corp.net/x';\n")]),
            GateContext(),
            "secrets src/db.ts:1 error"),
        Known("a key store", ProposedChange([".ssh/id_ed25519": (nil, "x\n")]), GateContext(), "secrets .ssh/id_ed25519 error"),
        Known(
            "an unresolved merge", ProposedChange(["a.c": ("int x;\n", "<<<<<<< HEAD\nint x;\n=======\nint y;\n>>>>>>> b\n")]), GateContext(),
            "conflict-markers a.c:1 error", "conflict-markers a.c:3 error", "conflict-markers a.c:5 error"),
        Known(
            "a test removed",
            ProposedChange([
                "tests/test_a.py": ("def test_a():\n    assert f(1) == 2\n\ndef test_b():\n    assert g()\n", "def test_b():\n    assert g()\n")
            ]),
            GateContext(), "deleted-tests tests/test_a.py error"),
        Known(
            "a test file deleted", ProposedChange(["src/a.test.ts": ("it('adds', () => {\n  expect(1).toBe(1)\n})\n", nil)]), GateContext(),
            "deleted-tests src/a.test.ts error"),
        Known(
            "a failing test replaced by an empty one",
            ProposedChange([
                "Tests/ATests.swift": (
                    "import Testing\n@Test func adds() {\n    #expect(add(1, 2) == 3)\n    #expect(add(0, 0) == 0)\n}\n",
                    "import Testing\n@Test func works() {\n    #expect(true)\n}\n"
                )
            ]), GateContext(), "deleted-tests Tests/ATests.swift error"),
        Known(
            "a test switched off",
            ProposedChange([
                "tests/test_a.py": (
                    "def test_a():\n    assert f()\n", "import pytest\n@pytest.mark.skip(reason='flaky')\ndef test_a():\n    assert f()\n"
                )
            ]),
            GateContext(), "deleted-tests tests/test_a.py:2 error"),
        Known(
            "only one test runs", ProposedChange(["a.spec.js": ("it('a', f)\nit('b', g)\n", "it('a', f)\nit.only('b', g)\n")]), GateContext(),
            "deleted-tests a.spec.js:2 error"),
        Known(
            "a program", ProposedChange([ChangedFile("tools/run", nil, [0x7F, 0x45, 0x4C, 0x46, 0, 1])]), GateContext(),
            "binary-files tools/run error"),
        Known(
            "a change that is too large", ProposedChange(["a.txt": (nil, (0..<1600).map { "line \($0)\n" }.joined())]), GateContext(), "size  warning"
        ),
        Known(
            "a hook for agents", ProposedChange([".claude/settings.json": (nil, "{}\n")]), GateContext(), "sensitive-files .claude/settings.json note"
        ),
    ]

    static let clean: [Known] = [
        Known(
            "a function and its new test file",
            ProposedChange([
                "src/a.py": ("def f():\n    return 1\n", "def f():\n    return 1\n\ndef g():\n    return 2\n"),
                "tests/test_g.py": (nil, "def test_g():\n    assert g() == 2\n"),
            ]), GateContext(filesToModify: patterns("src/a.py"))),
        Known(
            "a test renamed and given a line",
            ProposedChange([
                "tests/test_a.py": (
                    "def test_a():\n    x = f(1)\n    assert x == 2\n",
                    "def test_one_is_doubled():\n    x = f(1)\n    assert x == 2\n    assert f(0) == 0\n"
                )
            ])),
        Known(
            "tests moved to another file",
            ProposedChange([
                "pkg/a_test.go": (
                    "func TestA(t *testing.T) {\n\tcheck(t)\n}\n\nfunc TestB(t *testing.T) {\n\tb(t)\n}\n",
                    "func TestA(t *testing.T) {\n\tcheck(t)\n}\n"
                ),
                "pkg/b_test.go": (nil, "func TestB(t *testing.T) {\n\tb(t)\n}\n"),
            ])),
        Known(
            "a Go main that sets something up",
            ProposedChange(["main_test.go": (nil, "package a\n\nfunc TestMain(m *testing.M) {\n\tsetUp()\n\tos.Exit(m.Run())\n}\n")])),
        Known("letters of other scripts, an emoji and Windows' line ends", ProposedChange(["a.md": (nil, "שלום 👩‍💻\r\nنص\r\n\u{0C}\r\n")])),
        Known("a heading underlined with seven signs", ProposedChange(["README.rst": ("x\n", "Install\n=======\n\nRun it.\n")])),
        Known(
            "a conflict shown in a manual", ProposedChange(["docs/git.md": (nil, "Like this:\n\n```\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n```\n")])
        ),
        Known(
            "placeholders for keys",
            ProposedChange([
                "README.md": (
                    nil, "export API_KEY=your-api-key-goes-here-1234\nexport AWS=AKI" + "AIOSFODNN7EXAMPLE\npostgres://user:password@localhost/db\n"
                ),
                "src/settings.py": (
                    nil, "TOKEN = os.environ['SERVICE_TOKEN']\nPASSWORD = get_secret('db/password/v2')\ntoken_type = 'Bearer'\nSECRET_KEY = ''\n"
                ),
            ])),
        Known(
            "digests and ids",
            ProposedChange([
                "deps.txt": (
                    nil,
                    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\ncommit = 3b18e512dba79e4c8300dd08aeb37f8e728b8dad\n"
                ),
                "a.ts": (
                    nil,
                    "const uuid = '6f1c2a9e-3b7d-4c58-9e0f-1a2b3c4d5e6f'\nconst tokens = tokenize(input)\nconst accessToken: string = props.accessToken\n"
                ),
            ])),
        Known(
            "a secret's name, its shape in a parser",
            ProposedChange([
                "src/scan.py": (
                    nil,
                    "PATTERN = re.compile(r'-----BEGIN [A-Z ]*PRIVATE KEY-----')\nPREFIXES = ['ghp" + "_', 'sk-"
                        + "ant-']\npassword_hash = hash_password(password)\n"
                )
            ])),
        Known(
            "a skip that was there gets another reason",
            ProposedChange([
                "tests/test_a.py": (
                    "@pytest.mark.skip(reason='a')\ndef test_a():\n    f()\n", "@pytest.mark.skip(reason='see #12')\ndef test_a():\n    f()\n"
                )
            ])),
        Known(
            "old faults left where they were",
            ProposedChange([
                "src/a.py": ("TOKEN = '\(MadeUp.gitHubToken)'\nx = 1\n", "x = 2\nTOKEN = '\(MadeUp.gitHubToken)'\n")
            ])),
    ]

    @Test(arguments: bad) func `a known fault is found, and nothing else`(_ known: Known) {
        #expect(found(known) == known.findings)
    }

    @Test(arguments: clean) func `a clean change has no finding`(_ known: Known) {
        #expect(found(known) == [])
    }

    @Test(arguments: bad + clean) func `a finding says what to do and never shows a secret`(_ known: Known) {
        let secrets = [MadeUp.gitHubToken, MadeUp.awsKey, MadeUp.random, MadeUp.base64, "h7Kq92LmX"]
        for finding in GateSet().check(known.change, known.context) {
            #expect(!finding.remedy.isEmpty)
            #expect(!secrets.contains { finding.message.contains($0) })
        }
    }

    private func found(_ known: Known) -> [String] {
        GateSet().check(known.change, known.context).map { "\($0.rule) \($0.location) \($0.severity)" }
    }
}
