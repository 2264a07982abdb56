internal import FerryTestSupport
internal import Testing

@testable internal import FerryVault

@Suite(.timeLimit(.minutes(1)))
struct MarkdownBodyTests {
    private func body(_ text: String) -> MarkdownBody { MarkdownBody(NoteBytes(Array(text.utf8))) }

    @Test(arguments: ["\n", "\r\n"])
    func `headings, sections, code and items have their lines in the file`(_ ending: String) throws {
        let text = """
            ---
            a: 1
            ---
            intro
            # One *two* `three`
            text

            ## Sub ##
            - [ ] box
              more
              - [x] inner
            - plain
            > ## quoted heading

            Setext
            over two lines
            ---
            ~~~~py  x
            ```
            ~~~
            ~~~~
            > ```sh
            > in quote
            > ```
            ## Last:
            """.replacing("\n", with: ending)
        let body = body(text)
        #expect(body.headings.map(\.text) == ["One two three", "Sub", "Setext over two lines", "Last:"])
        #expect(body.headings.map(\.level) == [1, 2, 2, 2] && body.headings.map(\.line) == [5, 8, 15, 25])
        #expect(body.items.map(\.text) == ["box more", "inner", "plain"])
        #expect(body.items.map(\.isTicked) == [false, true, nil] && body.items.map(\.line) == [9, 11, 12] && body.items.map(\.depth) == [1, 2, 1])
        #expect(body.codeBlocks.map(\.info) == ["py  x", "sh"] && body.codeBlocks.map(\.line) == [18, 22])
        #expect(body.codeBlocks.map(\.content) == ["```\n~~~\n", "in quote\n"] && body.codeBlocks.map(\.isUnclosed) == [false, false])
        let sub = try #require(body.section("sUB"))
        #expect(sub.lines == 9..<15 && body.items(in: sub).count == 3)
        let one = try #require(body.section("one two three"))
        #expect(body.section("last", in: one) != nil && body.section("last", in: sub) == nil)
        #expect(body.text(of: try #require(body.section("Last"))) == "")
    }

    @Test func `an unclosed fence is known as such, wherever it stands`() {
        #expect(body("```\nx").codeBlocks.map(\.isUnclosed) == [true])
        #expect(body("```").codeBlocks.map(\.isUnclosed) == [true])
        #expect(body("````\n```\n").codeBlocks.map(\.isUnclosed) == [true])
        #expect(body("- ```\n  x\n\nafter").codeBlocks.map(\.isUnclosed) == [true])
        #expect(body("> ~~~\n> x\n> ~~~~\n").codeBlocks.map(\.isUnclosed) == [false])
        #expect(body("    indented\n").codeBlocks.isEmpty)
    }

    @Test func `code keeps its brackets, blanks and lists around it`() {
        #expect(body("```\na[0] = [[x]]\n\n  ![y](z)\n```\n").codeBlocks.map(\.content) == ["a[0] = [[x]]\n\n  ![y](z)\n"])
        #expect(body("- a\n  ```sh [x]\n  if [ -f x ]; then\n    y\n  ```\n").codeBlocks.map(\.content) == ["if [ -f x ]; then\n  y\n"])
        #expect(body("- a\n  ```sh [x]\n  ```\n").codeBlocks.map(\.info) == ["sh [x]"])
        #expect(body("-\t```\n\t\t[x]\n\t```\n").codeBlocks.first?.content.hasSuffix("]\n") == true)
        #expect(body("```\r\na[0]\r\n```\r\n").codeBlocks.map(\.content) == ["a[0]\n"])
    }

    @Test func `headings lose their marks and keep their brackets`() {
        let body = body("## [FR-1] `a[0]` and **b** ##\n# [link](x) [[wiki]]\n### #\nA [b]\n---\n<![CDATA[\n# no\n]]>\n# C#\n")
        #expect(body.headings.map(\.text) == ["[FR-1] a[0] and b", "link [[wiki]]", "", "A [b]", "C#"])
    }

    @Test func `a fence of tildes is told from its info`() { #expect(body("~~~ sh check\nx\n~~~\n").codeBlocks.map(\.info) == ["sh check"]) }

    @Test func `bytes that are not UTF-8, zero bytes and CR alone do no harm`() {
        let note = NoteBytes([0x23, 0x20, 0xE9, 0, 10, 0xFF, 10] + Array("## Next\n".utf8))
        let body = MarkdownBody(note)
        #expect(!body.isUTF8 && body.headings.map(\.line) == [1, 3])
        #expect(body.text(body.lineNumbers).contains("\u{FFFD}"))
        #expect(self.body("# a\r# b\rtext\n## Next\n").headings.map(\.line) == [1, 2])
    }

    @Test(arguments: [
        ("> ", 30_000), ("- ", 30_000), ("[", 200_000), ("![[]()", 300_000), ("*a **b ", 30_000), ("`a``b", 30_000), ("<!--", 50_000),
        ("# h\n", 100_000), ("- [ ] x\n", 60_000), ("[a]: <b\n", 30_000), ("a_", 100_000), ("[x](", 400_000), ("|", 200_000), ("<![CDATA[", 200_000),
        ("[a][", 400_000), ("# [x](y) *z*\n", 100_000),
    ])
    func `bombs are parsed in time`(_ piece: String, _ count: Int) {
        let text = String(repeating: piece, count: count)
        let time = ContinuousClock().measure { _ = body(text) }
        #expect(time < .seconds(5), "\(piece): \(time)")
    }

    @Test func `deep lists are parsed in time`() {
        let text = (0..<400).map { String(repeating: " ", count: $0) + "- x\n" }.joined()
        #expect(body(text).items.count > 100)
    }

    @Test func `a note above the limit is not looked into, one below is`() {
        #expect(body(String(repeating: "word\n", count: 300_000) + "# End\n").headings.count == 1)
        #expect(body(String(repeating: "x", count: 5 << 20)).isTooLarge)
    }

    @Test(arguments: ["+ ", "1. ", "> + ", "\t- "]) func `deep nesting costs no time, and no line`(_ mark: String) {
        let text = String(repeating: mark, count: 32 << 10) + "a\n" + String(repeating: "\n", count: 64 << 10) + "# End\n"
        let begin = ContinuousClock.now
        let body = MarkdownBody(NoteBytes(Array(text.utf8)))
        #expect(ContinuousClock.now - begin < .seconds(10))
        #expect(body.headings.map(\.text) == ["End"])
    }
}
