internal import FerryPipeline

/// What `ferry replay` found.
struct ReplayReport: Hashable, Sendable, Encodable {
    struct Stage: Hashable, Sendable, Encodable {
        var replay: ReplayedStage
        /// Why its tools could not be run again.
        var toolsFault: String?
        var isSame: Bool

        init(_ replay: ReplayedStage, toolsFault: String? = nil) {
            self.replay = replay
            self.toolsFault = toolsFault
            isSame = replay.isSame && toolsFault == nil
        }
    }
    var feature: String
    var run: Int
    var stages: [Stage]
    /// Stages without a record.
    var unrecorded: [String]

    var isSame: Bool { stages.allSatisfy(\.isSame) }

    func text(_ heading: String, _ style: Style) -> String {
        var lines = [style.paint("\(heading), run \(run)", .bold)]
        for stage in stages { lines += Self.lines(stage, style) }
        if !unrecorded.isEmpty { lines.append("Without a record, so not compared: \(unrecorded.joined(separator: ", "))") }
        let requests = stages.reduce(0) { $0 + $1.replay.requests }
        let bytes = stages.reduce(0) { $0 + $1.replay.bytes }
        lines.append("")
        lines.append(
            isSame
                ? style.paint("The same: \(requests) requests, \(bytes) bytes.", .green)
                : style.paint("Not the same", .red) + " (\(requests) requests of \(bytes) bytes were).")
        return lines.joined(separator: "\n")
    }

    private static func lines(_ stage: Stage, _ style: Style) -> [String] {
        let replay = stage.replay
        let mark = stage.isSame ? style.paint("✓", .green) : style.paint("✗", .red)
        var lines = [
            "\(mark) \(replay.name)  \(replay.requests) requests, \(replay.bytes) bytes · \(replay.model) · \(TextWidth.cut(replay.end, to: 80))"
        ]
        if replay.redacted > 0 { lines.append("    \(replay.redacted) requests held secrets: compared with a mark in their place") }
        if let difference = replay.difference {
            lines.append("    the request of turn \(difference.turn) differs at byte \(difference.offset):")
            lines.append("      sent  \(difference.recorded)")
            lines.append("      now   \(difference.now)")
        } else if !replay.isWhole {
            lines.append("    it did not come to the end that the record tells")
        }
        if !replay.unrecorded.isEmpty {
            lines.append("    not in the record: the request of turn \(replay.unrecorded.map(String.init).joined(separator: ", "))")
        }
        if let fault = stage.toolsFault { lines.append("    its tools were not run: \(fault)") }
        if replay.toolCalls > 0 { lines.append("    \(replay.toolCalls) tool calls made again, \(replay.toolDifferences.count) gave something else") }
        for difference in replay.toolDifferences {
            lines.append("    turn \(difference.turn), \(difference.call):")
            lines.append("      then  \(difference.then)")
            lines.append("      now   \(difference.now)")
        }
        return lines
    }
}
