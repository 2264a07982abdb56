internal import FerryModel
internal import FerryPipeline

/// What one feature is doing, in one line: stage, turn, tokens, cost, time, and the tool that runs.
struct ProgressLine: Hashable, Sendable {
    let feature: String
    let stage: String
    /// `turn 3`; empty where no agent is at work.
    let turn: String
    /// `12.3k in, 1.1k out`
    let tokens: String
    /// `$0.0042`
    let cost: String
    /// Of the stage: `0:42`
    let time: String
    let activity: String

    init(_ entry: ProgressBoard.Entry, elapsed: Duration) {
        feature = entry.feature.description
        stage = TextWidth.line(entry.stage, to: 30)
        let agent = entry.agent
        turn = agent.map { "turn \($0.turn)" } ?? ""
        tokens = agent.map { "\(Self.short($0.input)) in, \(Self.short($0.output)) out" } ?? ""
        cost = agent.map { $0.cost.map { "$\($0)" } ?? "$?" } ?? ""
        time = Self.clock(elapsed)
        activity =
            switch agent?.phase {
            case .asking(let characters): characters > 0 ? "answers…" : "asks the model"
            case .waiting(let pause, let reason): TextWidth.line("waits \(pause.components.seconds) s: \(reason)", to: 80)
            case .running(let what): TextWidth.line(what, to: 80)
            case .ended, nil: ""
            }
    }

    /// The line for a terminal. Columns have their usual widths from the start, so that they stay where they are while numbers grow.
    func text(_ style: Style) -> String {
        let columns: [(String, Int, Style.Ink?)] = [
            (feature, 6, .bold), (stage, 16, .blue), (turn, 7, nil), (tokens, 18, nil), (cost, 7, nil), (time, 4, nil), (activity, 0, .dim),
        ]
        return columns.map { text, width, ink in
            let padded = TextWidth.pad(text, to: width)
            return ink.map { style.paint(padded, $0) } ?? padded
        }.joined(separator: "  ")
    }

    /// `950`, `12.3k`, `1.2M`
    static func short(_ count: Int) -> String {
        switch count {
        case ..<1_000: String(count)
        case ..<100_000: "\(count / 1_000).\(count % 1_000 / 100)k"
        case ..<1_000_000: "\(count / 1_000)k"
        default: "\(count / 1_000_000).\(count % 1_000_000 / 100_000)M"
        }
    }

    /// `0:42`, `12:05`, `1:02:03`
    static func clock(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : String(value) }
        return seconds < 3600 ? "\(seconds / 60):\(two(seconds % 60))" : "\(seconds / 3600):\(two(seconds % 3600 / 60)):\(two(seconds % 60))"
    }
}
