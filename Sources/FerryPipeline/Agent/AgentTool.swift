internal import FerryLLM

/// One tool of the built-in agent loop.
protocol AgentTool: Sendable {
    /// Name, text and argument schema; the same text for a whole run, because providers cache it.
    var definition: ToolDefinition { get }
    /// Whether calls of one turn may run side by side, because they change nothing.
    var onlyReads: Bool { get }
    /// Whether its results are what files and commands say.
    var quotesOthers: Bool { get }
    /// One line for the live display and the transcript.
    func summary(of arguments: ToolArguments) -> String
    /// Throws `ToolMistake` for what the model did wrong, `Errno` for a file that could not be had,
    /// `SandboxError` where nothing can be run, and `CancellationError`.
    func run(_ arguments: ToolArguments, _ call: ToolCallContext) async throws -> ToolOutput
}

extension AgentTool {
    var quotesOthers: Bool { false }
}

/// What a tool needs to know of one call.
struct ToolCallContext: Sendable {
    /// From 1, counted over all calls of the agent; names the file of an output that is too long.
    let number: Int
    /// Until the agent's own time is used up.
    let timeLeft: Duration
}

/// What the model gets to see of a call.
package struct ToolOutput: Hashable, Sendable {
    package var text: String
    package var isError: Bool
    /// The whole text without what changes from time to time (durations), or its mark (`RepetitionWatch.mark`): tells whether two calls gave the same.
    package var identity: String
    /// What a test runner said in it.
    package var tests: TestSummary?

    package init(_ text: String, isError: Bool = false, identity: String? = nil) {
        self.text = text
        self.isError = isError
        self.identity = identity ?? text
    }
}

/// A call that cannot be done as the model wrote it; the message says what is wrong and what to do instead.
struct ToolMistake: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
