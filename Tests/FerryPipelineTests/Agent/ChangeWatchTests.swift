internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1)))
struct ChangeWatchTests {
    private func kind(_ verdict: RepetitionWatch.Verdict) -> String {
        switch verdict {
        case .fine: "."
        case .warning: "w"
        case .stuck: "s"
        }
    }

    private func turns(_ states: [String?]) -> String {
        var watch = ChangeWatch()
        return states.map { kind(watch.endTurn(state: $0)) }.joined()
    }

    private func tests(_ runs: [([String], String?)]) -> String {
        var watch = ChangeWatch()
        return runs.map { kind(watch.noteTests(failed: $0.0, state: $0.1)) }.joined()
    }

    @Test func `files that go back and forth are a circle`() {
        #expect(turns(["a", "b", "a", "b", "a", "b", "a", "b"]) == "....w..s")
        #expect(turns(["a", "b", "c", "d", "e", "f"]) == "......")
        #expect(turns(["a", "b", "a", "c", "d", "c", "e"]) == ".......")
    }

    @Test func `turns that change nothing are counted until something changes`() {
        let idle = Array(repeating: "a" as String?, count: 31)
        #expect(turns(idle) == ".\(String(repeating: ".", count: 14))w\(String(repeating: ".", count: 14))s")
        #expect(!turns(Array(idle.prefix(30)) + ["b"] + Array(repeating: "b", count: 29)).contains("s"))
        #expect(turns(Array(repeating: nil, count: 40)) == String(repeating: ".", count: 40))
    }

    @Test func `the same tests that fail after each change are a circle, and other ones are not`() {
        #expect(tests((0..<6).map { (["b", "a"], "\($0)") }) == "..w..s")
        #expect(tests((0..<6).map { (["a", "b"], $0 < 3 ? "x" : "y") }) == "......")
        #expect(tests((0..<8).map { (["t\($0 / 2)"], "\($0)") }) == "........")
        #expect(tests((0..<9).map { ($0 % 2 == 0 ? ["a"] : [], "\($0)") }) == ".........")
        #expect(tests((0..<9).map { _ in (["a"], nil) }) == ".........")
    }
}
