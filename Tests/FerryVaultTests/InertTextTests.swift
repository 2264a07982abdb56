internal import FerryTestSupport
internal import Testing

@testable internal import FerryVault

@Suite(.timeLimit(.minutes(Repetitions.count(1, long: 30))))
struct InertTextTests {
    /// What stands around inline text in Ferry's notes.
    private static let places = [
        ("", ""), ("> ", ""), ("> [!warning] ", "\n> more"), ("- ", ""), ("| a | ", " |"), ("# ", ""), ("### x: ", ""), ("a: ", " (b), c"),
    ]

    /// The note with the text in it, and what it is made of with a plain word in place of the text.
    private func look(_ make: (String) -> String, _ text: String) -> (rendered: RenderedNote, isSame: Bool) {
        let rendered = RenderedNote(make(text))
        return (rendered, [RenderedNote(make("word")).skeleton, RenderedNote(make("")).skeleton].contains(rendered.skeleton))
    }

    @Test(arguments: HostileText.corpus)
    func `inline text is plain words wherever it stands`(_ text: String) {
        for (prefix, suffix) in Self.places {
            let (rendered, isSame) = look({ prefix + InertText.inline($0) + suffix }, text)
            #expect(rendered.hazards == [] && isSame, "\(prefix + InertText.inline(text) + suffix)")
        }
        let line = InertText.inline(text)
        #expect(
            QuestionAnswers.read([line, "> " + line, "- " + line]).isEmpty && NoteBytes(Array(line.utf8)).frontMatter == nil && !line.contains("\n"))
    }

    @Test(arguments: HostileText.corpus)
    func `a block is one code block and nothing else`(_ text: String) {
        for language in [InertText.Language.text, .diff, .json] {
            let (rendered, isSame) = look({ "before\n\n" + InertText.block($0 + "\n" + $0, language: language) + "\nafter\n" }, text)
            #expect(rendered.hazards == [] && isSame, "\(InertText.block(text))")
        }
    }

    @Test(arguments: HostileText.corpus)
    func `code is a span, or inline text`(_ text: String) {
        for (prefix, suffix) in Self.places {
            let (rendered, isSame) = look({ prefix + InertText.code($0) + suffix }, text)
            #expect(rendered.hazards == [] && isSame, "\(prefix + InertText.code(text) + suffix)")
        }
    }

    @Test(arguments: HostileText.corpus)
    func `a link leads to the note of that name or is text`(_ text: String) {
        for link in [InertText.link(text), InertText.link("FR-001 run-1", label: text), InertText.link(text, label: text)] {
            let isLink = link.utf8.starts(with: "[[".utf8) && !link.utf8.dropFirst(2).dropLast(2).contains { "[]#^`".utf8.contains($0) }
            #expect(RenderedNote("x \(link) y", own: isLink ? [link] : []).hazards == [], "\(link)")
            if isLink { #expect(RenderedNote("x \(link.dropFirst(2).dropLast(2)) y", own: ["\\|", "|"]).hazards == [], "\(link)") }
        }
    }

    @Test func `any composition of hostile text is inert`() {
        var generator = SeededGenerator(seed: 14)
        for _ in 0..<Repetitions.count(2_000, long: 100_000) {
            let text = HostileText.composed(using: &generator)
            let (prefix, suffix) = Self.places[Int.random(in: 0..<Self.places.count, using: &generator)]
            let note = "\(prefix)\(InertText.inline(text))\(suffix)\n\n\(InertText.code(text)) x\n\n\(InertText.block(text))"
            #expect(RenderedNote(note).hazards == [], "\(text.debugDescription)\n\(note)")
        }
    }

    @Test func `harmless text reads as it was`() {
        let plain = [
            "3 tests failed in 1.5 s (a/b.py:12)", "été 日本 🙂 — “q”", "src/foo_bar/baz_test.py: expected 3, got 4 & more",
            "coverage is 100%; a < b, x >= 3, 5 - 2",
            "Done! See section 3: it's fine.", "1.5 s passed", "https: no", "a -> b", "2026-01-31 10:00 planned", "50 % of {a}", "it costs 3 USD = 3",
        ]
        for text in plain { #expect(InertText.inline(text) == text) }
        #expect(InertText.inline("see #12 and [x]") == "see \\#12 and \\[x\\]")
        #expect(InertText.inline("std::vector<int>") == "std:\\:vector&lt;int>")
        #expect(InertText.inline("\u{1B}[1;31mred\u{1B}[0m plain") == "red plain")
        #expect(InertText.excerpt("a\n\tb\u{7}") == "a b")
        #expect(InertText.code("src/a_b.swift:12") == "`src/a_b.swift:12`" && InertText.code("a`b") == "``a`b``")
        #expect(InertText.code("make test | tee x") == "make test \\| tee x")
    }

    @Test func `code in a block is the code that it was`() {
        let code = [
            "a\n  b\tc", "use std::collections::HashMap;", "if (a < b && c % 2 == 0) { x = y[0]; }", "+    ${{ github.ref }}",
            "<!DOCTYPE html>\n<p>x</p>", "$ echo \"$HOME\" | wc",
            "- [ ] a box in a diff", "https://example.org/x", "```swift\nlet a = 1\n```", "~~~ python\nx\n~~~", "# comment\n---\n> q",
        ]
        for text in code {
            let block = InertText.block(text, language: .diff)
            #expect(block.contains(text) && block.hasPrefix("```"))
        }
        #expect(InertText.block("a\n  b\tc") == "```text\na\n  b\tc\n```\n")
        #expect(InertText.block("x ``` y", language: .diff).hasPrefix("````diff\n"))
        #expect(InertText.block("```dataviewjs\nx\n```").contains("\n```text dataviewjs\n"))
        #expect(InertText.block("<% x %> %% <!-- y -->") == "```text\n< % x % > % % < !-- y -->\n```\n")
        #expect(InertText.block("status:: done") == "```text\nstatus: : done\n```\n")
        #expect(InertText.block("a::: b") == "```text\na: : : b\n```\n")
    }

    @Test func `what reorders or hides text is shown or goes`() {
        #expect(InertText.block("if (admin\u{202E}) \u{E0041}") == "```text\nif (admin<U+202E>) <U+E0041>\n```\n")
        #expect(InertText.inline("a\u{200B}b\u{FEFF}c\u{AD}d") == "abcd")
        #expect(InertText.inline("e" + String(repeating: "\u{301}", count: 50)).unicodeScalars.count == 7)
        #expect(InertText.excerpt("a\u{85}b\u{2028}c\u{B}d\u{C}e") == "a b c d e")
    }

    @Test func `long text is cut in the middle, at whole characters, and says so`() {
        let text = String(repeating: "é", count: 1000)
        let cut = InertText.block(text, limit: 100)
        #expect(cut.contains("bytes cut]") && cut.utf8.count < 160 && !cut.contains("\u{FFFD}"))
        #expect(InertText.excerpt(text, limit: 30).hasPrefix("éééé"))
        #expect(InertText.inline("short", limit: 5) == "short")
        #expect(InertText.block(String(repeating: "x", count: 10_000), limit: 100_000).utf8.count < 2_100)
    }

    @Test func `a page keeps its first and its last parts and says what is not there`() {
        let parts = (1...100).map { "part \($0) " + String(repeating: "x", count: 91) }
        let page = InertText.page(parts, limit: 3_000) { "\($0) left out" }
        #expect(page.utf8.count <= 3_100 && page.hasPrefix("part 1 ") && page.contains("\n\n72 left out\n\n") && page.contains("part 100 "))
        #expect(InertText.page(["a", "b"], limit: 100) { "\($0)" } == "a\n\nb")
    }
}
