internal import FerryPipeline
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct RepetitionWatchTests {
    private func verdicts(_ calls: String, isError: Bool = false) -> [RepetitionWatch.Verdict] {
        var watch = RepetitionWatch()
        return calls.map { watch.note(tool: "bash", arguments: String($0), identity: "same", isError: isError) }
    }

    private func isStuck(_ verdict: RepetitionWatch.Verdict?) -> Bool {
        if case .stuck = verdict { true } else { false }
    }

    private func isWarning(_ verdict: RepetitionWatch.Verdict?) -> Bool {
        if case .warning = verdict { true } else { false }
    }

    @Test func `the same call with the same result warns at three and ends at five`() {
        let all = verdicts("aaaaa")
        #expect(all.map(isWarning) == [false, false, true, true, false])
        #expect(all.map(isStuck) == [false, false, false, false, true])
    }

    @Test(arguments: ["ababab", "abcabcabc", "xyzababab", "abcdeabcdeabcde"])
    func `a cycle that comes round three times ends the work`(calls: String) {
        let all = verdicts(calls)
        #expect(isStuck(all.last))
        #expect(!all.dropLast().contains(where: isStuck))
    }

    @Test(arguments: ["aabbaacc", "abcdefgh", "ababcabd", "aaba"])
    func `work that goes on is left alone`(calls: String) {
        #expect(!verdicts(calls).contains(where: isStuck))
    }

    @Test func `the same call with another result is progress`() {
        var watch = RepetitionWatch()
        for round in 1...20 {
            #expect(watch.note(tool: "bash", arguments: "make", identity: "result \(round)", isError: false) == .fine)
        }
    }

    @Test func `a time in the result makes it no other result`() {
        var watch = RepetitionWatch()
        let results = ["1 failed in 0.03s", "1 failed in 12.41s", "1 failed in 0.1s", "2 failed in 0.1s"]
        let all = results.map { watch.note(tool: "bash", arguments: "pytest", identity: $0, isError: false) }
        #expect(all.map(isWarning) == [false, false, true, false])
    }

    @Test func `eight mistakes in a row end the work and one good call starts the count anew`() {
        #expect(!verdicts("abcdefg", isError: true).contains(where: isStuck))
        #expect(isStuck(verdicts("abcdefgh", isError: true).last))
        var watch = RepetitionWatch()
        for number in 1...30 {
            #expect(watch.note(tool: "x", arguments: "\(number)", identity: "", isError: number % 8 != 0) == .fine)
        }
    }

    @Test func `turns that bring nothing new warn at twelve and end at twenty`() {
        var watch = RepetitionWatch()
        _ = watch.note(tool: "read", arguments: "a", identity: "x", isError: false)
        #expect(watch.endTurn() == .fine)
        let ends = (1...20).map { _ in watch.endTurn() }
        #expect(ends.firstIndex(where: isWarning) == 11)
        #expect(ends.firstIndex(where: isStuck) == 19)
    }
}
