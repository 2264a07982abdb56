internal import FerryModel

/// What the agent is told of its bounds, each once: at four fifths, and before the last turn.
struct TurnNotices {
    private var saidTurns = false
    private var saidTime = false
    private var saidMoney = false

    /// For the request of this turn.
    mutating func take(turn: Int, limits: AgentLimits, timeLeft: Duration, spent: Money?) -> [String] {
        var notices: [String] = []
        if turn >= limits.turns {
            saidTurns = true
            notices.append("Turn \(turn) of \(limits.turns): this is the last one. Call `finish` now, with what you have.")
        } else if !saidTurns, turn * 5 >= limits.turns * 4 {
            saidTurns = true
            notices.append("Turn \(turn) of \(limits.turns). Bring the work to an end.")
        }
        if !saidTime, timeLeft <= limits.time / 5 {
            saidTime = true
            let left = max(0, timeLeft.components.seconds / 60)
            notices.append("\(left) of \(limits.time.components.seconds / 60) minutes are left. Bring the work to an end.")
        }
        if !saidMoney, let budget = limits.budget, let spent, spent.microdollars * 5 >= budget.microdollars * 4 {
            saidMoney = true
            notices.append("\(spent) of \(budget) USD are spent. Bring the work to an end.")
        }
        return notices
    }
}
