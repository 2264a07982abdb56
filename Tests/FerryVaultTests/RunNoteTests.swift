internal import FerryModel
internal import Testing

@testable internal import FerryVault

struct RunNoteTests {
    private var note: RunNote {
        var note = RunNote(
            feature: FeatureID(number: 12), run: RunNumber(3), outcome: "parked", branch: "ferry/FR-012-say-goodbye",
            base: String(repeating: "a", count: 40),
            tier: "M", score: 4, started: "2026-11-25T20:00:00Z", allowed: Money(dollars: 5),
            spent: [
                .init(
                    day: "2026-11-25", agent: "coder", model: "x/a, b: c", amount: Money(microdollars: 12_000_345), calls: 12, unpriced: 1,
                    inputTokens: 3456,
                    outputTokens: 789),
                .init(day: "2026-11-26", agent: "reviewer", model: "m", amount: .zero, calls: 1, unpriced: 0, inputTokens: 0, outputTokens: 0),
            ])
        note.repository = "hello: \"world\""
        note.start = String(repeating: "b", count: 40)
        note.commit = String(repeating: "c", count: 40)
        note.kind = "retry"
        note.ended = "2026-11-25T21:00:00Z"
        return note
    }

    @Test func `the head of a run's note says all that it was written from`() {
        #expect(RunNote(NoteBytes(Array((note.frontMatter + "\n# Text\n").utf8)), path: "FR-012 run-3.md") == note)
        var bare = note
        (bare.repository, bare.start, bare.commit, bare.kind, bare.ended, bare.spent) = (nil, nil, nil, nil, nil, [])
        #expect(RunNote(NoteBytes(Array(bare.frontMatter.utf8)), path: "FR-012 run-3.md") == bare)
    }

    @Test func `a line of the account that somebody has changed counts for nothing, the others count`() {
        let text = note.frontMatter.replacing("12 calls", with: "many calls")
        #expect(RunNote(NoteBytes(Array(text.utf8)), path: "f.md")?.spent.map(\.agent) == ["reviewer"])
        let negative = note.frontMatter.replacing("12.000345", with: "-12.000345")
        #expect(RunNote(NoteBytes(Array(negative.utf8)), path: "f.md")?.spent.map(\.agent) == ["reviewer"])
    }

    @Test(arguments: ["", "# Mine\n", "---\nfeature: FR-012\n---\n", "---\nfeature: [1]\nrun: -3\n---\n"])
    func `what is no such note is none`(text: String) {
        #expect(RunNote(NoteBytes(Array(text.utf8)), path: "f.md") == nil)
    }
}
