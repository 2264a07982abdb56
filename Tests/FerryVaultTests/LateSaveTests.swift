internal import FerryTestSupport
internal import Testing

@testable internal import FerryVault

/// A stale buffer and the note at its present place.
@Suite(.timeLimit(.minutes(1)))
struct LateSaveTests {
    private static let keys = ["id", "status"]

    /// A note with Ferry's keys and a block that asks `questions`.
    private func note(
        _ text: String = "# Title\n\nText.\n", status: String, questions: [String] = ["Which database?"], run: Int = 1, log: [String] = ["planned"]
    ) throws -> String {
        var content = BlockContent()
        content.callouts = [.init(.info, [.text("It is \(status)")])]
        content.questions = questions.enumerated().map { .init($0.offset + 1, $0.element) }
        content.boxes = [.init(id: "approve", run: run, commit: "abc1234", text: ["Approve and merge"])]
        content.log = log.map { [.text($0)] }
        let block = try FerryBlock.setting(content, in: Array(text.utf8))
        return try FrontMatterSplice.setting([("id", .text("FR-001")), ("status", .text(status))], in: block).text
    }

    private func merge(_ base: String, _ present: String, _ saved: String) throws -> LateSave? {
        try LateSave.merge(base: Array(base.utf8), present: Array(present.utf8), saved: Array(saved.utf8), keys: Set(Self.keys))
    }

    private func block(_ save: LateSave) throws -> FerryBlock {
        let note = NoteBytes(save.bytes)
        return try #require(try FerryBlock(of: note, MarkdownBody(note)))
    }

    @Test func `text that was saved late meets an answer that was given meanwhile, and both stay`() throws {
        let base = try note(status: "in_progress", questions: [])
        let present = try note(status: "blocked").replacing("> A1:", with: "> A1: SQLite\n> in one file")
        let merged = try #require(try merge(base, present, base.replacing("Text.", with: "Text, and more.")))
        #expect(merged.bytes.text.contains("\nText, and more.\n"))
        #expect(try block(merged).answers == [1: "SQLite\nin one file"])
        #expect(try block(merged).kept == [])
        // All that Ferry wrote at the present place is there as it was.
        let region = try #require(present.firstRange(of: "<!-- ferry:begin"))
        #expect(merged.bytes.text.hasSuffix(present[region.lowerBound...]))
    }

    @Test func `another text by an old name is no late save, and an edit of most of it is one`() throws {
        let base = "# Login\n\nOAuth please.\nWith tests.\nAnd a page.\n"
        let present = try note(base, status: "review")
        #expect(try merge(base, present, "# Login\n\nQuite another feature.\n") == nil)
        #expect(try merge(base, present, "- also X\n") == nil)
        #expect(try merge(base, present, "\n") == nil)
        let edited = try #require(try merge(base, present, "# Login\n\nOAuth 2 please.\nWith tests.\nAnd two pages.\nMore.\n"))
        #expect(edited.bytes.text.contains("OAuth 2 please."))
    }

    @Test func `an answer and a tick in a stale block come to the question and the box of the present one`() throws {
        let base = try note(status: "blocked")
        let present = try note("# Title\n\nText here.\n", status: "review", log: ["planned", "later"])
        let saved = base.replacing("> A1:", with: "> A1: SQLite").replacing("- [ ] Approve", with: "- [x] Approve")
        let merged = try #require(try merge(base, present, saved))
        #expect(try block(merged).answers == [1: "SQLite"])
        #expect(try block(merged).boxes.map(\.isTicked) == [true])
        #expect(merged.staleTicks == [])
        #expect(merged.bytes.text.contains("Text here.") && merged.bytes.text.contains("later"))
    }

    @Test func `a tick of a box that is there no more does nothing, and is told`() throws {
        let base = try note(status: "review")
        let merged = try #require(try merge(base, note(status: "review", run: 2), base.replacing("- [ ] Approve", with: "- [x] Approve")))
        #expect(try block(merged).boxes.map(\.isTicked) == [false])
        #expect(merged.staleTicks == ["approve"])
    }

    @Test(arguments: [["Which file system?"], []])
    func `an answer to a question that is asked no more is not put anywhere`(questions: [String]) throws {
        let base = try note(status: "blocked")
        #expect(try merge(base, note(status: "blocked", questions: questions), base.replacing("> A1:", with: "> A1: SQLite")) == nil)
    }

    @Test func `two different answers to one question are not merged, and equal ones are one`() throws {
        let base = try note(status: "blocked")
        let present = try note(status: "blocked", log: ["later"]).replacing("> A1:", with: "> A1: SQLite")
        #expect(try merge(base, present, base.replacing("> A1:", with: "> A1: two files")) == nil)
        let same = try #require(try merge(base, present, base.replacing("> A1:", with: "A1: SQLite")))
        #expect(try block(same).answers == [1: "SQLite"])
    }

    @Test func `what was written between Ferry's lines on either side is the person's text`() throws {
        let base = try note(status: "blocked")
        let present = try note("# Title\n\nAnother text.\n", status: "review").replacing("\n> A1:", with: "\nMine.\n> A1: yes")
        let merged = try #require(try merge(base, present, base))
        #expect(merged.bytes.text.contains("\nMine.\n"))
        #expect(try block(merged).kept == [])
        #expect(try block(merged).answers == [1: "yes"])
        let theirs = try #require(try merge(base, note(status: "review"), base.replacing("\n> A1:", with: "\nTheirs.\n> A1:")))
        #expect(theirs.bytes.text.contains("\nTheirs.\n"))
        #expect(try block(theirs).kept == [])
    }

    @Test func `a save that knows nothing of a block takes none away, and a note without one says so`() throws {
        let merged = try #require(try merge("# Title\n", try note("# Title\n", status: "review"), "# Title\n\nMore.\n"))
        #expect(!merged.lacksBlock)
        #expect(merged.bytes.text.contains("More.") && merged.bytes.text.hasSuffix("<!-- ferry:end -->\n"))
        #expect(
            try merge("# Title\n", "# Title\n", "# Title\n\nMore.\n")
                == LateSave(bytes: Array("# Title\n\nMore.\n".utf8), lacksBlock: true, staleTicks: []))
    }

    @Test func `line ends of the present note are those of its block`() throws {
        let base = try note(status: "blocked").replacing("\n", with: "\r\n")
        let merged = try #require(try merge(base, base, base.replacing("> A1:", with: "> A1: one\r\n> two")))
        #expect(try block(merged).answers == [1: "one\ntwo"])
        #expect(merged.bytes.count { $0 == .lineFeed } == merged.bytes.count { $0 == .carriageReturn })
    }
}
