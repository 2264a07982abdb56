internal import FerryTestSupport
internal import Testing

@testable internal import FerryVault

@Suite(.timeLimit(.minutes(Repetitions.count(1, long: 30))))
struct FerryBlockTests {
    private let content: BlockContent = {
        var content = BlockContent()
        content.callouts = [.init(.info, ["In review: run 1"], lines: [["See ", .link(note: "FR-012 run-1", label: "the run"), "."]])]
        content.rows = [.init("Tests", [.code("make test | tee x"), " passed"]), .init("PR", [.url("https://example.org/pull/1")])]
        content.links = [[.link(note: "FR-012 run-1 plan")]]
        content.questions = [.init(1, "Which database?")]
        content.boxes = [
            .init(id: "approve", run: 1, commit: "abc1234", text: ["Approve and merge"]), .init(id: "changes", run: 1, text: ["Request changes"]),
        ]
        content.log = [["2026-11-21 07:00 planned"]]
        return content
    }()

    private func set(_ content: BlockContent, _ text: String, known: [String] = []) throws -> String {
        try FerryBlock.setting(content, in: Array(text.utf8), known: known).text
    }
    private func block(_ text: String) throws -> FerryBlock {
        let note = NoteBytes(Array(text.utf8))
        return try #require(try FerryBlock(of: note, MarkdownBody(note)))
    }

    @Test func `what the block says of questions and of a failure is read back, and nobody else's words are`() throws {
        var content = BlockContent()
        content.callouts = [
            .init(.warning, ["Blocked"]), .init(.failure, BlockContent.Piece.sentence("It failed in `a_b` and *c*."), lines: [["one [x]"], ["two"]]),
        ]
        content.questions = [.init(1, "Which *blue*, [[the light]] one?"), .init(2, "a < b, or _b_ # 2")]
        let text = try set(content, "# Title\n")
        let read = try block(text)
        #expect(read.questions == ["Which *blue*, [[the light]] one?", "a < b, or _b_ # 2"])
        #expect(read.failure == "It failed in `a_b` and *c*.\n- one [x]\n- two")
        let forged = text.replacing("<!-- ferry:lines", with: "> [!question] Q3 Do you like it?\n<!-- ferry:lines")
        #expect(try block(forged).questions == read.questions)
        #expect(try block(text.replacing("It failed", with: "It won")).failure == nil)
        #expect(try block(try set(self.content, "# Title\n")).failure == nil)
    }

    @Test func `a block is written as it reads best`() throws {
        let text = try set(content, "# Title\n\nText.\n")
        let expected = """
            # Title

            Text.

            <!-- ferry:begin -->
            > [!info] In review: run 1
            > See [[FR-012 run-1\\|the run]].

            | | |
            |---|---|
            | Tests | make test \\| tee x passed |
            | PR | <https://example.org/pull/1> |

            - [[FR-012 run-1 plan]]

            > [!question] Q1 Which database?
            > A1:

            - [ ] Approve and merge <!-- ferry:box approve run-1 abc1234 -->
            - [ ] Request changes <!-- ferry:box changes run-1 -->

            > [!note]- History
            > - 2026-11-21 07:00 planned
            """
        #expect(text.hasPrefix(expected + "\n<!-- ferry:lines "))
        #expect(text.hasSuffix(" -->\n<!-- ferry:end -->\n"))
    }

    @Test(arguments: [
        "text", "text\n", "text\n\n", "", "text\r\nmore\r\n", "text\r\nmore", "---\r\nid: x\r\n---\r\n", "- item\n  - [ ] x", "\u{FEFF}text\n",
        "    code\n",
    ])
    func `writing a block twice is writing it once, and taking it away leaves the note`(_ text: String) throws {
        let bytes = Array(text.utf8)
        let once = try FerryBlock.setting(content, in: bytes)
        #expect(once.starts(with: bytes))
        #expect(try FerryBlock.setting(content, in: once) == once)
        var other = content
        other.callouts = [.init(.warning, ["Other"])]
        other.boxes = []
        let changed = try FerryBlock.setting(other, in: once)
        #expect(changed.starts(with: bytes) && changed != once)
        #expect(try FerryBlock.setting(content, in: changed) == once)
        let gone = try FerryBlock.removing(from: changed)
        #expect(gone.trimmed == bytes.trimmed)
        if text.contains("\r\n") { #expect(!once.text.replacing("\r\n", with: "").contains("\n")) }
    }

    @Test func `a tick is read with its id, run and commit`() throws {
        let text = try set(content, "x\n")
        #expect(try block(text).boxes.map(\.isTicked) == [false, false])
        let ticked = text.replacing("[ ] Approve", with: "[x] Approve")
        let box = try #require(try block(ticked).boxes.first)
        #expect(box.id == "approve" && box.run == 1 && box.commit == "abc1234" && box.isTicked && box.line > 3)
        #expect(try block(ticked).kept.isEmpty)
        #expect(try block(text.replacing("[ ] Approve", with: "[X] Approve")).boxes[0].isTicked)
        #expect(try !block(text.replacing("[ ] Approve", with: "[/] Approve")).boxes[0].isTicked)
    }

    @Test(arguments: [
        ("> A1: PostgreSQL", "PostgreSQL"), ("> A1:PostgreSQL\n> with care", "PostgreSQL\nwith care"), ("> A1:\n> PostgreSQL", "PostgreSQL"),
        ("> A1:\nPostgreSQL", "PostgreSQL"), ("> **A1:** PostgreSQL", "PostgreSQL"), ("A1: PostgreSQL", "PostgreSQL"),
        ("> a1:  PostgreSQL  ", "PostgreSQL"), ("> A1:\n>\n> PostgreSQL", "PostgreSQL"),
        ("> A1: PostgreSQL\n>\n> But later.\n>", "PostgreSQL\n\nBut later."),
        ("> A1:\n> [[Databases]] say", "[[Databases]] say"),
    ])
    func `an answer is read and stays while the question is asked`(_ line: String, _ answer: String) throws {
        let text = try set(content, "x\n").replacing("> A1:", with: line)
        #expect(try block(text).answers == [1: answer])
        let again = try set(content, text)
        #expect(try block(again).answers == [1: answer])
        #expect(again.hasSuffix("<!-- ferry:end -->\n"), "nothing is moved below")
        var done = content
        done.questions = []
        let kept = try set(done, again)
        #expect(kept.hasSuffix("<!-- ferry:end -->\n\nA1: \(answer.split(separator: "\n").joined(separator: " "))\n"))
        done.takenAnswers = [1]
        #expect(try set(done, again).hasSuffix("<!-- ferry:end -->\n"))
    }

    @Test func `what a person writes inside is kept below`() throws {
        let text = try set(content, "x\r\n").replacing("> [!note]-", with: "My remark,\r\non two lines.\r\n\r\n- a list\r\n> [!note]-") + "after\r\n"
        let again = try set(content, text)
        #expect(again.hasSuffix("<!-- ferry:end -->\r\n\r\nMy remark,\r\non two lines.\r\n\r\n- a list\r\nafter\r\n"))
        #expect(try set(content, again) == again)
    }

    @Test func `without its own sums every unknown line counts as the person's, but for known ones`() throws {
        let text = "# Dashboard\n\n<!-- ferry:begin -->\nFerry has not looked yet.\n<!-- ferry:end -->\n"
        #expect(try set(BlockContent(), text).hasSuffix("Ferry has not looked yet.\n"))
        let clean = try set(content, text, known: ["Ferry has not looked yet."])
        #expect(!clean.contains("not looked") && clean.hasPrefix("# Dashboard\n\n<!-- ferry:begin -->\n> [!info]"))
    }

    @Test func `a deleted block is written anew, a note's missing last line end is handled`() throws {
        let text = try set(content, "x")
        #expect(text.hasPrefix("x\n\n<!-- ferry:begin -->"))
        #expect(try set(content, String(text.dropLast())) == String(text.dropLast()))
        #expect(try set(content, "x") == text)
    }

    @Test(arguments: [
        "<!-- ferry:begin -->\n", "<!-- ferry:end -->\n", "<!-- ferry:end -->\n<!-- ferry:begin -->\n",
        "<!-- ferry:begin -->\n<!-- ferry:end -->\n<!-- ferry:begin -->\n<!-- ferry:end -->\n",
        "<!-- ferry:begin -->\n<!-- ferry:begin -->\n<!-- ferry:end -->\n", "```\nnever closed\n", "~~~~\nx\n~~~\n", "- x\n  ```\n  y\n",
        "<!-- ferry:begin -->\n", "x\n<!-- ferry:begin -->\n<!-- ferry:begin -->\n<!-- ferry:end -->\n<!-- ferry:end -->\n",
    ])
    func `markers that are not one pair, or an open fence, are refused with a line`(_ text: String) throws {
        if text.hasPrefix("- x") {
            // The list's fence ends with the list.
            return #expect(try block(set(content, text)).boxes.count == 2)
        }
        let refusal = #expect(throws: NoteRefusal.self) { try set(content, text) }
        #expect(refusal?.line != nil)
    }

    @Test func `markers inside code are text`() throws {
        let text = "```html\n<!-- ferry:begin -->\n<!-- ferry:end -->\n```\n"
        let after = try set(content, text)
        #expect(after.hasPrefix(text + "\n<!-- ferry:begin -->\n> [!info]"))
    }

    @Test(arguments: HostileText.corpus)
    func `hostile text in every place forges no marker, box, answer or line`(_ text: String) throws { try checkHostile([text]) }

    @Test func `nor does any composition of it`() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<Repetitions.count(60, long: 3_000) { try checkHostile((0..<8).map { _ in HostileText.composed(using: &generator) }) }
    }

    /// Each place of a block gets one of the texts.
    private func checkHostile(_ texts: [String]) throws {
        var next = -1
        func text() -> String {
            next += 1
            return texts[next % texts.count]
        }
        /// Addresses are Ferry's own, or are none.
        func address() -> String {
            let text = text()
            return text.contains("://") ? "https://ferry.example/pull/1" : text
        }
        func pieces() -> [BlockContent.Piece] {
            [
                .text(text()), .code(text()), .text(text()), .text(text()), .link(note: text(), label: text()), .code(text()), .code(text()),
                .url(address()),
            ]
        }
        var hostile = BlockContent()
        hostile.callouts = [.init(.info, pieces(), lines: [pieces(), [.text(text())]]), .init(.failure, [.text(text())])]
        hostile.rows = [.init(text(), pieces()), .init("a", [.text(text())])]
        hostile.links = [pieces(), [.text(text())], [.link(note: "FR-001 run-1", label: text())]]
        hostile.questions = [.init(1, text())]
        hostile.boxes = [.init(id: "approve", run: 2, commit: "fff", text: pieces())]
        hostile.sections = [.init(text(), boxes: [.init(id: "go", run: 3, text: pieces())], items: [pieces(), BlockContent.Piece.sentence(text())])]
        hostile.log = [pieces(), [.text(text())]]
        let written = try set(hostile, "x\n")
        let read = try block(written)
        #expect(
            read.boxes.map { [$0.id, "\($0.run)", $0.commit ?? "", "\($0.isTicked)"] } == [
                ["approve", "2", "fff", "false"], ["go", "3", "", "false"],
            ], "\(written)")
        #expect(read.answers.isEmpty && read.kept.isEmpty, "\(written)")
        let body = MarkdownBody(NoteBytes(Array(written.utf8)))
        #expect(body.items.filter { $0.isTicked != nil }.count == 2, "\(written)")
        let own = Self.links(written) + ["<https://ferry.example/pull/1>"]
        #expect(RenderedNote(written, own: own).hazards == [], "\(written)")
        #expect(try set(hostile, written) == written)
    }

    @Test(arguments: [
        ("text\n\n%% todo\n", 3), ("a %% b %% c %% d\n", 1), ("%%\nhidden\n\n```\n%%\n```\n", 1), ("$$\nx^2\n", 1), ("> $$ x\n", 1),
        ("text\n<!-- open\n", 2), ("<script>\nx\n\n", 1), ("<pre>\n", 1), ("<?php\n", 1), ("<![CDATA[\n", 1), ("text\n\n```js\nx\n", 3),
        ("---\nid: x\n---\n\n~~~\n", 5), ("---\nid: x\n", 1), ("a\u{0}b", 1), ("one\rtwo", 1), ("---\nkanban-plugin: board\n---\n", 2),
    ])
    func `what is left open above is not closed for the person, nor is Ferry's block hidden in it`(_ text: String, _ line: Int?) throws {
        let refusal = #expect(throws: NoteRefusal.self) { try set(content, text) }
        #expect(refusal?.line == line && refusal?.remedy.isEmpty == false)
        // Opened above a block that is there: it is not written into, and none is added.
        if text.hasSuffix("\n"), !text.hasPrefix("---\nkan"), !text.hasPrefix("---\nid: x\n---"), !text.hasPrefix("---\nid: x") {
            let below = text + (try set(content, "x\n"))
            var other = content
            other.rows = []
            #expect(throws: NoteRefusal.self) { try set(other, below) }
        }
    }

    @Test(arguments: [
        "text ^abc", "- item ^abc\n", "| a |\n|---|\n| b |\n", "> [!note] x\n> y ^z", "- [ ] task 📅 2026-01-01\n", "key:: value", "[^1]: foot\n",
        "%% c %%",
        "%%\nc\n%%\n", "$$\nx\n$$\n", "costs $$ more", "100 %\n`%%`\n", "\\%% x", "    %%\n", "<div>\nx\n", "<details>\n<summary>x</summary>",
        "<!-- c -->",
        "- x\n  ~~~\n  %%", "> ```\n> y", "title\n===", "text\\", "[ref]: /x", "<!-- a\n--> b\n", "```\n<!--\n%%\n```\n", "a\rb\n", "a\nb\r",
    ])
    func `whatever a note ends in, the block stands by itself and the text is as it was`(_ text: String) throws {
        let once = try set(content, text)
        #expect(once.utf8.starts(with: text.utf8))
        let before = MarkdownBody(NoteBytes(Array(text.utf8)))
        let after = MarkdownBody(NoteBytes(Array(once.utf8)))
        let marker = try block(once).lines.lowerBound - 1
        #expect(after.content(ofLine: marker - 1).trimmed.isEmpty)
        #expect(
            after.headings == before.headings && after.codeBlocks.map(\.content.trimmingBlanks) == before.codeBlocks.map(\.content.trimmingBlanks))
        #expect(after.items.filter { $0.line < marker } == before.items)
        #expect(try set(content, once) == once)
    }

    @Test func `what is told to be possible without Markdown is possible`() throws {
        var random = SeededRandom(seed: 7)
        let pieces = [
            "a", "\n", "\n\n", "- ", "    ", "> ", "# ", "`", "``", "```", "~~~", "<", "<!--", "<pre>", "%", "%%", "$", "$$", "|", "---\n", "[^1]: ",
            "[x]: ",
            "\t", "===", "* * *", "\\", "é", "ferry:begin -->", "1. ", "^b", "| a |\n|---|\n",
        ]
        var content = BlockContent()
        content.callouts = [.init(.info, ["x"])]
        var sure = 0
        for _ in 0..<4_000 {
            let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in random.pick(pieces) }.joined()
            let bytes = Array(text.utf8)
            guard FerryBlock.isSurelyPossible(in: bytes) else { continue }
            sure += 1
            #expect(throws: Never.self, "\(text)") { try FerryBlock.setting(content, in: bytes) }
        }
        #expect(sure > 300)
    }

    @Test func `text that is not UTF-8 gets no block`() throws {
        let refusal = #expect(throws: NoteRefusal.self) { try FerryBlock.setting(content, in: Array("---\na: 1\n---\nx\ncaf".utf8) + [0xE9, 0x0A]) }
        #expect(refusal?.line == 5)
        let text = try set(content, "x\n")
        let inside = Array(text.replacing("> - 2026", with: "caf\u{1}\n> - 2026").utf8).map { $0 == 1 ? 0xE9 : $0 }
        #expect(throws: NoteRefusal.self) { try FerryBlock.setting(content, in: inside) }
        #expect(throws: NoteRefusal.self) { try FerryBlock.removing(from: inside) }
    }

    @Test func `a block in the middle is written in its place, and taking it away keeps what a person wrote in it`() throws {
        let text = try set(content, "above\n") + "below ^id\n\n%% open\n"
        var other = content
        other.rows = []
        let changed = try set(other, text)
        #expect(changed.hasPrefix("above\n\n<!-- ferry:begin -->") && changed.hasSuffix("<!-- ferry:end -->\nbelow ^id\n\n%% open\n"))
        let mine = changed.replacing("> A1:", with: "> A1: yes").replacing("> - 2026", with: "mine\n> - 2026")
        #expect(try FerryBlock.removing(from: Array(mine.utf8)).text == "above\n\nmine\nA1: yes\nbelow ^id\n\n%% open\n")
    }

    @Test func `nothing of an answer is lost, however it is written`() throws {
        let text = try set(content, "x\n").replacing(
            "> A1:", with: "> A1: yes\n> - one\n- >% two\n> > three\n[x] four\n<!-- five\nA1: no\n> A9: else")
        let once = try set(content, text)
        for word in ["yes", "- one", "- >% two", "> three", "[x] four", "<!-- five", "no", "A9: else"] { #expect(once.contains(word), "\(word)") }
        #expect(try set(content, once) == once)
    }

    @Test func `a block that a formatter tidied is as wanted, and all of it is still Ferry's`() throws {
        let written = try set(content, "# Title\n")
        let tidied = written.replacing("|---|---|", with: "| ----- | --- |").replacing("| Tests |", with: "| Tests  |")
            .replacing("- [ ]", with: "*   [ ]").replacing("\n> See", with: "  \n> See").replacing("> - 2026", with: ">  *   2026")
            .replacing("\n- [[", with: "\n*   [[")
        #expect(tidied != written)
        #expect(try set(content, tidied) == tidied)
        var later = content
        later.log.append(["2026-11-21 08:00 done"])
        #expect(try set(later, tidied) == set(later, written))
    }

    @Test func `a block lacks something when a line of it was taken out or changed, and not when it was tidied, answered or ticked`() throws {
        let written = try set(content, "# Title\n")
        #expect(try block(written).isWhole)
        #expect(try block(written.replacing("- [ ]", with: "+  [x]").replacing("> A1:", with: ">  A1: SQLite\n> or two files")).isWhole)
        #expect(try block(written.replacing("> A1:\n", with: "")).isWhole == false)
        #expect(try block(written.replacing("passed", with: "failed")).isWhole == false)
        #expect(try block(written.replacing(/<!-- ferry:lines .*\n/, with: "")).isWhole == false)
    }

    @Test func `a tick in a block that says all else is still cleared`() throws {
        let ticked = try set(content, "# Title\n").replacing("- [ ] Approve", with: "- [x] Approve")
        #expect(try set(content, ticked) == set(content, "# Title\n"))
    }

    /// What stands between double brackets that no backslash escapes.
    private static func links(_ written: String) -> [String] {
        written.matches(of: /\[\[[^\[\]]+\]\]/.matchingSemantics(.unicodeScalar)).map { String($0.output) }
    }
}
