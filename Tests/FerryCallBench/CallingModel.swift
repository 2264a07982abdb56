internal import FerryLLM
internal import Synchronization

/// Calls `bash` again and again, and measures how long after its answer it is asked again: the call, and all that Ferry does around it.
final class CallingModel: LanguageModel {
    let name = "bench/calls"
    private let calls: Int
    private let state = Mutex(State())

    private struct State {
        var answered: ContinuousClock.Instant?
        var times: [Duration] = []
    }

    init(calls: Int) { self.calls = calls }

    var times: [Duration] { state.withLock { $0.times } }

    func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        let asked = ContinuousClock.now
        let count = state.withLock { state in
            if let answered = state.answered { state.times.append(asked - answered) }
            return state.times.count
        }
        // Another word each time: the same call again and again would be taken for a circle.
        let call =
            count < calls
            ? ToolCall(id: "call_\(count)", name: "bash", arguments: #"{"command": "true \#(count)"}"#)
            : ToolCall(id: "end", name: "finish", arguments: "{}")
        let response = ModelResponse(
            message: AssistantMessage(blocks: [.toolCall(call)]), stop: .tools, usage: ModelUsage(), model: name)
        state.withLock { $0.answered = .now }
        return response
    }
}
