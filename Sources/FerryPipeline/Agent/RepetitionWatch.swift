internal import FerrySystem

/// Notices an agent that goes in circles. Pure: calls with their results in, verdicts out.
package struct RepetitionWatch: Sendable {
    package enum Verdict: Hashable, Sendable {
        case fine
        /// Said to the agent.
        case warning(String)
        /// The agent is stopped.
        case stuck(String)
    }

    /// Identical calls in a row (same tool, arguments and result) that bring a warning, and that end the work.
    package static let identicalWarning = 3
    package static let identicalLimit = 5
    /// Times that a cycle of two to five calls may come round.
    package static let cycleLimit = 3
    /// Calls in a row that were mistakes: unknown tools, wrong arguments, edits that did not apply.
    package static let mistakeLimit = 8
    /// Turns in a row that brought nothing that was not seen before.
    package static let staleWarning = 12
    package static let staleLimit = 20

    private var recent: [ContentHash] = []
    private var seen: Set<ContentHash> = []
    private var mistakes = 0
    private var staleTurns = 0
    private var broughtNews = false

    private let patience: Int

    /// `patience`: every limit is so many times as high.
    package init(patience: Int = 1) { self.patience = patience }

    /// One call with its result; `identity` is the result without what changes from time to time, such as a duration.
    package mutating func note(tool: String, arguments: String, identity: String, isError: Bool) -> Verdict {
        let hash = ContentHash(of: Array("\(tool)\u{0}\(arguments)\u{0}\(Self.mark(of: identity))".utf8))
        recent.append(hash)
        if recent.count > 5 * Self.cycleLimit * patience { recent.removeFirst() }
        if seen.insert(hash).inserted { broughtNews = true }
        mistakes = isError ? mistakes + 1 : 0
        if mistakes >= Self.mistakeLimit * patience { return .stuck("\(mistakes) tool calls in a row were mistakes") }
        return verdict(on: tool)
    }

    /// At the end of a turn that called tools.
    package mutating func endTurn() -> Verdict {
        staleTurns = broughtNews ? 0 : staleTurns + 1
        broughtNews = false
        if staleTurns >= Self.staleLimit * patience { return .stuck("\(staleTurns) turns in a row brought nothing new") }
        if staleTurns == Self.staleWarning * patience {
            return .warning("The last \(staleTurns) turns brought nothing new. Change something, or end with `finish` and say what is in the way.")
        }
        return .fine
    }

    /// The same for results that are the same but for times; itself for one that is such a mark already, as a record has it.
    static func mark(of identity: String) -> String {
        identity.hasPrefix(markPrefix) ? identity : markPrefix + ContentHash(of: withoutTimes(identity)).description
    }

    /// The mark of a result of which every byte counts.
    static func exact(_ text: String) -> String { markPrefix + ContentHash(of: Array(text.utf8)).description }

    private static let markPrefix = "sha256:"

    /// Numbers with a point are left out: in what test runners print they are times, and differ each time.
    private static func withoutTimes(_ text: String) -> [UInt8] {
        let isDigit: (UInt8) -> Bool = { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        var result: [UInt8] = []
        var isTime = false
        for byte in text.utf8 {
            if isTime, isDigit(byte) { continue }
            isTime = byte == UInt8(ascii: ".") && result.last.map(isDigit) == true
            if isTime { result.removeLast(result.reversed().prefix(while: isDigit).count) }
            result.append(byte)
        }
        return result
    }

    private func verdict(on tool: String) -> Verdict {
        let same = recent.reversed().prefix { $0 == recent.last }.count
        if same >= Self.identicalLimit * patience { return .stuck("it made the same call of `\(tool)` \(same) times in a row with the same result") }
        if let length = (2...5).first(where: { comesRound($0, times: Self.cycleLimit * patience) }) {
            return .stuck("it went round the same \(length) calls \(Self.cycleLimit * patience) times")
        }
        if same >= Self.identicalWarning * patience {
            return .warning("This same call of `\(tool)` has now given the same result \(same) times in a row. Do something else.")
        }
        return .fine
    }

    /// Whether the last calls are one cycle of this length, so many times over.
    private func comesRound(_ length: Int, times: Int) -> Bool {
        let tail = recent.suffix(length * times)
        guard tail.count == length * times, Set(tail).count > 1 else { return false }
        return zip(tail, tail.dropFirst(length)).allSatisfy { $0 == $1 }
    }
}
