internal import FerryModel
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1))) struct DeletedTestsGateTests {
    struct Dialect: Sendable, CustomTestStringConvertible {
        let path: String
        let text: String
        let names: [String]
        var testDescription: String { path }
    }

    static let dialects: [Dialect] = [
        Dialect(
            path: "tests/test_a.py",
            text: """
                import unittest
                def test_plain():
                    assert 1
                async def test_async(): pass
                # def test_commented(): pass
                class TestThing(unittest.TestCase):
                    def setUp(self): pass
                    def test_method(self):
                        script = \"\"\"
                def test_in_a_string(): pass
                \"\"\"
                    @pytest.mark.parametrize("x", [1])
                    def test_more(self, x): pass
                def helper(): pass
                """, names: ["test_plain", "test_async", "TestThing.test_method", "TestThing.test_more"]),
        Dialect(
            path: "Tests/ATests.swift",
            text: """
                import Testing
                import XCTest
                final class ATests: XCTestCase {
                    func testOne() {}
                    func helper() {}
                }
                @Suite struct B {
                    @Test func `a sentence in backticks`() {}
                    @Test("shown", arguments: [1, 2])
                    func shown(_ x: Int) {}
                    // @Test func commented() {}
                    /* @Test
                    func commentedToo() {} */
                }
                """, names: ["testOne", "a sentence in backticks", "shown"]),
        Dialect(
            path: "src/a.test.tsx",
            text: """
                describe('outer', () => {
                  it('adds', () => {})
                  test.each([[1, 2]])('doubles %i', () => {})
                  it.skip("later", f)
                  test(
                    'on the next line', f)
                  // it('commented', f)
                  const glob = "src/**/*.ts"
                  await t.test(`inner`, f)
                  exit('no test')
                })
                """, names: ["adds", "doubles %i", "later", "on the next line", "inner"]),
        Dialect(
            path: "pkg/a_test.go",
            text: """
                func TestA(t *testing.T) {
                	t.Run("sub", func(t *testing.T) {})
                }
                func BenchmarkB(b *testing.B) {}
                func helper() {}
                """, names: ["TestA", "sub", "BenchmarkB"]),
        Dialect(
            path: "src/lib.rs",
            text: """
                fn work() {}
                #[cfg(test)]
                mod tests {
                    #[test]
                    fn ok() {}
                    #[tokio::test(flavor = "multi_thread")]
                    #[ignore]
                    async fn slow() {}
                    fn helper() {}
                }
                """, names: ["ok", "slow"]),
        Dialect(
            path: "src/test/java/ATest.java",
            text: """
                class ATest {
                    @BeforeEach void setUp() {}
                    @Test
                    @DisplayName("shown")
                    void first() throws Exception {
                    }
                    @Test void second() {}
                    @ParameterizedTest(name = "x")
                    @ValueSource(ints = {1, 2})
                    public void third(int x) {}
                    void helper() {}
                }
                """, names: ["first", "second", "third"]),
        Dialect(path: "src/test/kotlin/ATest.kt", text: "@Test\nfun `a sentence`() {\n}\n@Test fun plain() = f()\n", names: ["a sentence", "plain"]),
    ]

    @Test(arguments: dialects) func `the tests of a language are found`(_ dialect: Dialect) throws {
        let tests = try #require(TestDialect(path: dialect.path)).tests(in: SourceText(dialect.text))
        #expect(tests.map(\.name) == dialect.names)
    }

    @Test(arguments: dialects) func `each of a language's tests is missed when its file goes`(_ dialect: Dialect) {
        let findings = check(dialect.path, dialect.text, nil)
        #expect(findings.count == 1)
        #expect(findings.first?.message.contains("\(dialect.names.count) tests: `\(dialect.names[0])`") == true)
    }

    @Test(arguments: [
        ("tests/test_a.py", "def test_a():\n    f()\n", "def test_a():\n    pytest.skip('x')\n    f()\n", 2),
        ("tests/test_a.py", "def test_a():\n    f()\n", "@pytest.mark.xfail\ndef test_a():\n    f()\n", 1),
        (
            "tests/test_a.py", "class T(TestCase):\n    def test_a(self): f()\n",
            "class T(TestCase):\n    @unittest.skipIf(True, 'x')\n    def test_a(self): f()\n", 2
        ),
        ("tests/conftest.py", "x = 1\n", "x = 1\ncollect_ignore = ['test_a.py']\n", 2),
        ("Tests/A.swift", "@Test func a() {}\n", "@Test(.disabled(\"x\")) func a() {}\n", 1),
        ("Tests/A.swift", "import XCTest\nfunc testA() {\n f()\n}\n", "import XCTest\nfunc testA() {\n throw XCTSkip()\n f()\n}\n", 3),
        ("a.test.js", "it('a', f)\n", "xit('a', f)\n", 1),
        ("a.test.js", "describe('a', f)\n", "describe.skip('a', f)\n", 1),
        ("a.test.mjs", "test('a', f)\n", "test('a', { skip: true }, f)\n", 1),
        ("a_test.go", "func TestA(t *testing.T) {\n}\n", "func TestA(t *testing.T) {\n\tt.Skip(\"x\")\n}\n", 2),
        ("src/a.rs", "#[test]\nfn a() {}\n", "#[test]\n#[ignore]\nfn a() {}\n", 2),
        ("src/test/java/A.java", "@Test\nvoid a() {}\n", "@Disabled\n@Test\nvoid a() {}\n", 1),
    ]) func `a test that no longer runs is an error at its line`(path: String, before: String, after: String, line: Int) {
        #expect(check(path, before, after).map { "\($0.severity) \($0.line ?? 0)" } == ["error \(line)"])
    }

    @Test(arguments: [
        ("@pytest.mark.skip\ndef test_b():\n    g()\n", "warning The test `test_b` is kept from running by `pytest.mark.skip`."),
        ("@pytest.mark.skipif(w, reason='x')\ndef test_b():\n    g()\n", "note The test `test_b` is kept from running by `pytest.mark.skip`."),
        ("def test_b():\n    if w: pytest.skip('x')\n    g()\n", "note The test `test_b` is kept from running by `pytest.skip(`."),
    ]) func `a new test that never runs is a warning, one that runs elsewhere a note`(added: String, expected: String) {
        let findings = check("tests/test_a.py", "def test_a():\n    f()\n", "def test_a():\n    f()\n\n" + added)
        #expect(findings.map { "\($0.severity) \($0.message)" } == [expected])
    }

    @Test func `a change of thousands of tests is looked through in a moment`() {
        let old = (0..<3000).map { "def test_\($0)():\n    f(\($0))\n\n" }.joined()
        let new = (0..<3000).map { "def test_new_\($0)():\n    f(\($0))\n\n" }.joined()
        let start = ContinuousClock.now
        #expect(check("tests/test_a.py", old, new).first?.message.hasPrefix("3000 tests no longer there") == true)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test(arguments: [
        ("src/query.js", "list.skip(10)\n"), ("a.test.js", "await page.click(10); exit(1); benefit(2)\n"),
        ("src/test.swift", "Button(\"x\").disabled(true)\n"),
        ("tests/test_a.py", "# pytest.mark.skip is not used here\n"),
    ]) func `other calls of the same name are no switched-off tests`(path: String, text: String) {
        #expect(check(path, "x\n", "x\n" + text).isEmpty)
    }

    @Test func `a commented-out test is gone`() {
        #expect(check("tests/test_a.py", "def test_a():\n    f()\n", "# def test_a():\n#     f()\n").count == 1)
        #expect(check("a_test.go", "func TestA(t *testing.T) {\n}\n", "/*\nfunc TestA(t *testing.T) {\n}\n*/\n").count == 1)
    }

    @Test func `one of two tests with the same name is missed`() {
        let both = "class A(TestCase):\n    def test_x(self):\n        f()\n\nclass B(TestCase):\n    def test_x(self):\n        g()\n"
        let one = "class A(TestCase):\n    def test_x(self):\n        f()\n"
        #expect(check("tests/test_a.py", both, one).map(\.message) == ["1 test no longer there: `B.test_x`."])
    }

    @Test func `where the feature names the test file, removed tests are a warning`() {
        let change = ProposedChange(["tests/test_a.py": ("def test_a(): pass\n", nil)])
        let findings = DeletedTestsGate().check(change, GateContext(filesToModify: patterns("tests/test_a.py")))
        #expect(findings.map(\.severity) == [.warning])
    }

    @Test func `a one-line test that was renamed is not missed`() {
        #expect(check("tests/test_a.py", "def test_a(): assert f(1) == 2\n", "def test_b(): assert f(1) == 2\n").isEmpty)
        #expect(check("tests/test_a.py", "def test_a(): assert f(1) == 2\n", "def test_b(): assert True\n").count == 1)
    }

    private func check(_ path: String, _ before: String, _ after: String?) -> [Finding] {
        DeletedTestsGate().check(ProposedChange([path: (before, after)]), GateContext())
    }
}
