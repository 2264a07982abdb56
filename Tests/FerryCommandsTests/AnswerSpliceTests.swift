@testable internal import FerryCommands
internal import FerryVault
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct AnswerSpliceTests {
    private func add(_ answer: String, to number: Int = 1, in note: String) throws -> String {
        String(decoding: try AnswerSplice.adding(answer, to: number, in: Array(note.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        ("> A1:\n", "> A1: blue\n"), ("> A1: \n> x\n", "> A1: blue\n> x\n"), ("A1:\r\nrest\r\n", "A1: blue\r\nrest\r\n"),
        ("- **A1:**\n", "- **A1:** blue\n"),
        ("> a1:", "> a1: blue"), ("Q1 A1:\nA1:\n", "Q1 A1:\nA1: blue\n"),
    ]) func `an answer goes behind its mark, and nothing else changes`(before: String, after: String) throws {
        #expect(try add("blue", in: before) == after)
    }

    @Test func `the right question is answered`() throws {
        #expect(try add("two", to: 2, in: "> A1:\n> A2:\n> A12:\n") == "> A1:\n> A2: two\n> A12:\n")
    }

    @Test func `an answer that is there is left alone, with its line`() throws {
        let refusal = #expect(throws: NoteRefusal.self) { try add("blue", in: "x\n> A1: red\n") }
        #expect(refusal?.line == 2)
    }

    @Test func `a note without the question says where to write`() throws {
        let refusal = #expect(throws: NoteRefusal.self) { try add("blue", to: 3, in: "> A1:\n") }
        #expect(refusal?.remedy.contains("## Questions") == true)
    }

    @Test func `an answer of several lines, or with control characters, is one line of text`() throws {
        #expect(try add("a\nb\u{1B}[31m", in: "A1:\n").split(separator: "\n").count == 1)
        #expect(throws: NoteRefusal.self) { try add(" \n ", in: "A1:\n") }
    }
}
