internal import FerryLLM

/// Where a loop that runs by a record shows what it would have done.
protocol ReplayDesk: Sendable {
    /// The request of a turn, as it is made now. Throws `RequestDifference` where the record has other bytes.
    func compare(turn: Int, _ conversation: Conversation) throws
    /// Whether tools are run again.
    var runsTools: Bool { get }
    /// What a tool gave now, and what it gave then.
    func note(turn: Int, _ call: ToolCall, summary: String, now: ToolOutput, then: ToolOutput)
}

/// The record has nothing more: what came next was not done, or not written down.
struct RecordEnds: Error {
    let turn: Int
}

/// Where a request is not what was sent.
package struct RequestDifference: Error, Hashable, Sendable, Encodable {
    package let turn: Int
    /// Bytes that both have in common.
    package let offset: Int
    /// A piece of each side around the first byte that differs; `…` where there is more.
    package let recorded: String
    package let now: String
}
