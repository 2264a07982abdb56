internal import FerryVault
internal import Testing

struct ThreeWayMergeTests {
    func merge(_ base: String, _ mine: String, _ theirs: String) -> String? {
        ThreeWayMerge.merge(base: Array(base.utf8), mine: Array(mine.utf8), theirs: Array(theirs.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `changes in different places are both taken`() {
        #expect(merge("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n") == "A\nb\nc\nD\n")
        #expect(merge("a\nb\nc\n", "a\nb\nc\nnew\n", "a\nc\n") == "a\nc\nnew\n")
    }

    @Test func `the same change on both sides is taken once`() { #expect(merge("a\nb\n", "a\nB\n", "a\nB\n") == "a\nB\n") }

    @Test func `one side unchanged is the other side`() {
        #expect(merge("a\n", "a\n", "b\n") == "b\n")
        #expect(merge("a\n", "b\n", "a\n") == "b\n")
    }

    @Test func `different changes of one place are a conflict`() {
        #expect(merge("a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n") == nil)
        #expect(merge("a\n", "a\nx\n", "a\ny\n") == nil)
        #expect(merge("a\nb\n", "b\n", "A\nb\n") == nil)
    }

    @Test func `line ends and a missing last one survive`() {
        #expect(merge("a\r\nb\r\nc", "a\r\nb\r\nC", "A\r\nb\r\nc") == "A\r\nb\r\nC")
        #expect(merge("", "", "") == "")
    }

    @Test func `a merge with oneself as the other side is oneself, whatever the texts`() {
        for _ in 0..<300 {
            func lines() -> String { (0..<Int.random(in: 0...8)).map { _ in "\(Int.random(in: 0...3))\n" }.joined() }
            let base = lines()
            let mine = lines()
            #expect(merge(base, mine, base) == mine)
            #expect(merge(base, base, mine) == mine)
        }
    }
}
