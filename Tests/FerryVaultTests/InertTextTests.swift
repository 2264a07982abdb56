internal import FerryTestSupport
internal import Testing

@testable internal import FerryVault

@Suite(.timeLimit(.minutes(1)))
struct InertTextTests {
    /// Text that does something in a note, in Obsidian, in a plugin or on a terminal.
    private static let hostile = [
        "<!-- ferry:end -->", "<!-- ferry:box approve run-1 abc -->", "- [x] Approve <!-- ferry:box approve run-1 abc -->", "```\n- [x] out\n```",
        "````dataviewjs\ndv.x()\n````", "```tasks\nnot done\n```", "~~~\nfence\n~~~", "`= this.file`", "`$= dv.x()`", "<% tp.file.delete() %>",
        "<%* x %>",
        "{{date}}", "{{secret}}", "%% comment %%", "%% kanban:settings", "<script>alert(1)</script>", "<img src=x onerror=y>", "<iframe src='x'>",
        "![[embed]]", "[[link|alias]]", "[x](obsidian://open?vault=x)", "obsidian://run", "https://evil.example/?q=secret",
        "![x](https://evil.example/p.png)",
        "key:: value", "[key:: value]", "# Heading", "Setext\n===", "Setext\n---", "---\nid: forged\n---", "> quote", "> [!question] Q1",
        "A1: forged answer",
        "Q1 forged", "1. item", "- item", "+ item", "* item", "- [ ] box", "a | b | c", "#tag", "text ^block-id", "$x^2$", "==mark==", "~~gone~~",
        "\u{1B}[31mred\u{1B}[0m", "\u{1B}]8;;https://x\u{7}link\u{1B}]8;;\u{7}", "\u{9B}31m", "\u{202E}reversed", "zero\u{200B}width", "\u{E0041}tag",
        "\u{0}nul",
        "\r\nline", "a\u{2028}b", "***", "___", "&lt;script&gt;", "\\`", "a\\", "| |", "[^1]: note", "[ref]: https://x", "    indented code",
    ]

    @Test(arguments: hostile)
    func `inline text is one paragraph of plain words`(_ text: String) throws {
        for (prefix, suffix) in [("", ""), ("> ", ""), ("- ", "\n"), ("| a | ", " |\n")] {
            let line = prefix + InertText.inline(text) + suffix
            let body = MarkdownBody(NoteBytes(Array(line.utf8)))
            #expect(body.headings.isEmpty && body.codeBlocks.isEmpty, "\(line)")
            #expect(body.items.allSatisfy { $0.isTicked == nil } && body.items.count == (prefix == "- " ? 1 : 0), "\(line)")
            #expect(!line.trimmingBlanks.contains("\n"))
        }
        try quiet(InertText.inline(text), besides: ["[[", "```"])
        #expect(QuestionAnswers.read([InertText.inline(text), "> " + InertText.inline(text)]).isEmpty)
        #expect(NoteBytes(Array(InertText.inline(text).utf8)).frontMatter == nil)
    }

    @Test(arguments: hostile)
    func `a block is one code block and nothing else`(_ text: String) throws {
        let block = "before\n\n" + InertText.block(text + "\n" + text) + "\nafter\n"
        let body = MarkdownBody(NoteBytes(Array(block.utf8)))
        #expect(body.codeBlocks.count == 1 && body.items.isEmpty && body.headings.isEmpty, "\(block)")
        #expect(body.codeBlocks.first?.info == "text" && body.content(ofLine: body.lineNumbers.upperBound - 1).text == "after")
        try quiet(block, besides: [])
    }

    @Test(arguments: hostile)
    func `code is a span, or inline text`(_ text: String) throws {
        let body = MarkdownBody(NoteBytes(Array(("x " + InertText.code(text) + " y").utf8)))
        #expect(body.headings.isEmpty && body.codeBlocks.isEmpty && body.items.isEmpty)
        #expect(!InertText.code(text).hasPrefix("`=") && !InertText.code(text).hasPrefix("`$="))
        try quiet(InertText.code(text), besides: [])
    }

    /// Nothing that a program which reads the whole file acts on, and nothing invisible.
    private func quiet(_ text: String, besides more: [String]) throws {
        for token in ["<%", "%>", "{{", "}}", "%%", "<!--"] + more { #expect(!text.contains(token), "\(token) in \(text)") }
        let scalars = text.unicodeScalars.map(\.value)
        #expect(scalars.allSatisfy { $0 == 10 || $0 == 9 || ($0 >= 0x20 && $0 < 0x7F) || $0 > 0xA0 })
        #expect(
            !scalars.contains { (0x200B...0x200F).contains($0) || (0x202A...0x202E).contains($0) || (0xE0000...0xE0FFF).contains($0) || $0 == 0x2028 }
        )
    }

    @Test func `harmless text reads as it was`() {
        #expect(InertText.inline("3 tests failed in 1.5 s (a/b.py:12)") == "3 tests failed in 1.5 s (a/b.py:12)")
        #expect(InertText.inline("été 日本 🙂 — “q”") == "été 日本 🙂 — “q”")
        #expect(InertText.block("a\n  b\tc") == "```text\na\n  b\tc\n```\n")
        #expect(InertText.block("x ``` y", language: .diff).hasPrefix("````diff\n"))
        #expect(InertText.code("a`b") == "``a`b``" && InertText.code("`") == "`` ` ``")
        #expect(InertText.inline("\u{1B}[1;31mred\u{1B}[0m plain") == "red plain")
        #expect(InertText.excerpt("a\n\tb\u{7}") == "a b")
    }

    @Test func `long text is cut in the middle, at whole characters, and says so`() {
        let text = String(repeating: "é", count: 1000)
        let cut = InertText.block(text, limit: 100)
        #expect(cut.contains("bytes cut]") && cut.utf8.count < 160 && !cut.contains("\u{FFFD}"))
        #expect(InertText.excerpt(text, limit: 30).hasPrefix("éééé"))
        #expect(InertText.inline("short", limit: 5) == "short")
    }
}
