internal import FerryModel

/// What the agent is told of its bounds, each once: at four fifths, and before the last turn.
struct TurnNotices: Hashable {
    /// The bounds that it was told of.
    enum Bound: String, CaseIterable { case turns, time, money }
    var said: Set<Bound> = []

    /// For the request of this turn.
    mutating func take(turn: Int, limits: AgentLimits, timeLeft: Duration, spent: Money?) -> [String] {
        var notices: [String] = []
        if turn >= limits.turns {
            said.insert(.turns)
            notices.append("Turn \(turn) of \(limits.turns): this is the last one. Call `finish` now, with what you have.")
        } else if !said.contains(.turns), turn * 5 >= limits.turns * 4 {
            said.insert(.turns)
            notices.append("Turn \(turn) of \(limits.turns). Bring the work to an end.")
        }
        if !said.contains(.time), timeLeft <= limits.time / 5 {
            said.insert(.time)
            let left = max(0, timeLeft.components.seconds / 60)
            notices.append("\(left) of \(limits.time.components.seconds / 60) minutes are left. Bring the work to an end.")
        }
        if !said.contains(.money), let budget = limits.budget, let spent, spent.microdollars * 5 >= budget.microdollars * 4 {
            said.insert(.money)
            notices.append("\(spent) of \(budget) USD are spent. Bring the work to an end.")
        }
        return notices
    }
}
