/// Notices an agent whose changes do not bring the work forward. Pure: states of the worktree and failed tests in, verdicts out.
package struct ChangeWatch: Sendable {
    /// Runs of tests in which the same ones failed, each after another change, that bring a warning, and that end the work.
    package static let failuresWarning = 3
    package static let failuresLimit = 6
    /// Times that the files may come back to a state that they were in before.
    package static let returnsWarning = 3
    package static let returnsLimit = 6
    /// Turns in a row after which the files are in no new state.
    package static let idleWarning = 15
    package static let idleLimit = 30

    private var failing: [String] = []
    private var testedState: String?
    private var failures = 0
    private var seen: Set<String> = []
    private var state: String?
    private var returns = 0
    private var idleTurns = 0

    package init() {}

    /// Tests ran and these failed, none where all passed; `state` names the worktree, `nil` where that is not known.
    package mutating func noteTests(failed names: [String], state: String?) -> RepetitionWatch.Verdict {
        defer { testedState = state }
        let names = names.sorted()
        guard !names.isEmpty, names == failing else {
            failing = names
            failures = names.isEmpty ? 0 : 1
            return .fine
        }
        guard let state, state != testedState else { return .fine }
        failures += 1
        if failures >= Self.failuresLimit { return .stuck("the same tests failed \(failures) times, each time after another change") }
        return failures == Self.failuresWarning
            ? .warning("The same tests have now failed after \(failures) different changes. Find the cause before you change anything more.") : .fine
    }

    /// At the end of a turn. `state` is `nil` for an agent that may not write, and before the first state is known: then nothing is concluded.
    package mutating func endTurn(state new: String?) -> RepetitionWatch.Verdict {
        guard let new else { return .fine }
        defer { state = new }
        if seen.insert(new).inserted {
            idleTurns = 0
            return .fine
        }
        idleTurns += 1
        if new != state { returns += 1 }
        if returns >= Self.returnsLimit { return .stuck("the files came back to a state that they were in before \(returns) times") }
        if idleTurns >= Self.idleLimit { return .stuck("\(idleTurns) turns in a row changed nothing") }
        if new != state, returns == Self.returnsWarning {
            return .warning("For the \(returns)rd time the files are as they were before: you undo your own work. Decide, then go on.")
        }
        return idleTurns == Self.idleWarning
            ? .warning("The last \(idleTurns) turns changed nothing. Change something, or end with `finish` and say what is in the way.") : .fine
    }
}
