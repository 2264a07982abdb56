internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1)))
struct EditMatchTests {
    private func edit(_ content: String, _ old: String, _ new: String, all: Bool = false) -> EditMatch.Outcome {
        EditMatch(content: Array(content.utf8), old: old, new: new).apply(all: all)
    }

    private func edited(_ content: String, _ old: String, _ new: String, all: Bool = false) -> String? {
        guard case .replaced(let result, _, _) = edit(content, old, new, all: all) else { return nil }
        return String(decoding: result, as: UTF8.self)
    }

    @Test func `one exact place is replaced and every other byte stays`() {
        #expect(edited("a\n  b\nc\n", "  b", "  x\n  y") == "a\n  x\n  y\nc\n")
        #expect(edited("tail", "tail", "") == "")
    }

    @Test func `several places need replace_all, and their lines are told`() {
        #expect(edit("x\ny\nx\n", "x", "z") == .several(count: 2, lines: [1, 3]))
        #expect(edited("x\ny\nx\n", "x", "z", all: true) == "z\ny\nz\n")
        #expect(edited("aaaa", "aa", "b", all: true) == "bb")
    }

    @Test func `what is meant to take for ever does not`() {
        let long = String(repeating: "a", count: 600_000)
        guard case .notFound(let hint) = edit(long, String(repeating: "a", count: 100_000) + "b", "x") else {
            Issue.record("found")
            return
        }
        #expect(hint.utf8.count < 10_000)
        let many = String(repeating: "a\n", count: 200_000)
        #expect(edit(many, "a", "x") == .several(count: 200_000, lines: Array(1...20)))
    }

    @Test func `a file with CRLF keeps it, whatever the model writes`() throws {
        let result = try #require(edited("a\r\nb\r\nc\r\n", "a\nb\n", "x\ny\nz\n"))
        #expect(result.utf8.elementsEqual("x\r\ny\r\nz\r\nc\r\n".utf8))
        let mixed = try #require(edited("a\r\nb\nc\n", "b\n", "x\n"))
        #expect(mixed.utf8.elementsEqual("a\r\nx\nc\n".utf8))
    }

    @Test func `a newline too many at the end of the file is forgiven`() {
        #expect(edited("a\nlast", "last\n", "new\n") == "a\nnew")
        #expect(edited("a\nlast", "last\n", "new") == "a\nnew")
    }

    @Test func `letters that look the same and are other bytes are not the same`() {
        #expect(edited("e\u{301}", "\u{E9}", "x") == nil)
    }

    @Test func `bytes that are no UTF-8 elsewhere survive`() {
        guard case .replaced(let result, _, _) = EditMatch(content: [0xFF, 0x61], old: "a", new: "b").apply(all: false) else {
            Issue.record("not replaced")
            return
        }
        #expect(result == [0xFF, 0x62])
    }

    @Test(arguments: [
        ("def f(x):\n    return x\n", "    return y", "return x"),
        ("if a:\n\tgo()\n", "    go()", "differ only in white space"),
        ("one\ntwo\n", "     1\tone\n     2\ttwo", "line numbers"),
        ("alpha\n", "zzzzzz", "No line"),
    ])
    func `what was not found is explained`(content: String, old: String, expected: String) {
        guard case .notFound(let hint) = edit(content, old, "new") else {
            Issue.record("found")
            return
        }
        #expect(hint.contains(expected), "\(hint)")
    }
}
