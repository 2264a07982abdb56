internal import FerryVault

/// What came of running a stage by its record.
package struct ReplayedStage: Hashable, Sendable, Encodable {
    package let name: String
    /// `provider/model` that was asked first.
    package let model: String
    /// Requests that were the same, byte for byte, and all their bytes together.
    package var requests = 0
    package var bytes = 0
    /// Those among them that held secrets: compared with a mark in the place of each.
    package var redacted = 0
    /// Turns whose request is not in the record, or not whole: Ferry was ended before it stood there.
    package var unrecorded: [Int] = []
    /// The first request that is not what was sent; nothing behind it was compared.
    package var difference: RequestDifference?
    /// How it ended, in the record or, where that differs, now.
    package var end = ""
    /// It came to the end that the record tells.
    package var isWhole = true
    /// Tool calls that were made again.
    package var toolCalls = 0
    package var toolDifferences: [ToolDifference] = []

    init(name: String, model: String) {
        self.name = name
        self.model = model
    }

    /// Nothing is other than it was.
    package var isSame: Bool { difference == nil && isWhole && unrecorded.isEmpty && toolDifferences.isEmpty }
}

/// A tool that gave something else.
package struct ToolDifference: Hashable, Sendable, Encodable {
    package let turn: Int
    /// One line, safe for a terminal.
    package let call: String
    /// The first line that differs.
    package let then: String
    package let now: String

    init(turn: Int, call: String, then: String, now: String) {
        self.turn = turn
        self.call = call
        let lines = [then, now].map { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
        let first = zip(lines[0], lines[1]).prefix { $0 == $1 }.count
        func line(_ side: [String]) -> String { first < side.count ? String(SafeText.make(side[first]).prefix(200)) : "(nothing more)" }
        (self.then, self.now) = (line(lines[0]), line(lines[1]))
    }
}

extension RequestDifference {
    private static let before = 40
    private static let after = 80

    init(turn: Int, recorded: [UInt8], now: [UInt8]) {
        let offset = zip(recorded, now).prefix { $0 == $1 }.count
        func piece(_ side: [UInt8]) -> String {
            let range = max(0, offset - Self.before)..<min(side.count, offset + Self.after)
            let text = SafeText.make(side[range])
            return (range.lowerBound > 0 ? "…" : "") + text + (range.upperBound < side.count ? "…" : "")
        }
        self.init(turn: turn, offset: offset, recorded: piece(recorded), now: piece(now))
    }
}
