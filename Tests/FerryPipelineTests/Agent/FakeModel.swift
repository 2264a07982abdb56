internal import FerryLLM
internal import Synchronization

/// A model whose answers are a function of the conversation: it has no memory of its own. Checks what every provider checks.
final class FakeModel: LanguageModel {
    struct Fault: Error { let text: String }

    let name: String
    private let answer: @Sendable (Int, Conversation) throws -> FakeAnswer
    private let asked = Mutex<[Conversation]>([])

    /// `answer` gets the number of the turn in its conversation (from 1) and the conversation.
    init(name: String = "fake/model", _ answer: @escaping @Sendable (Int, Conversation) throws -> FakeAnswer) {
        self.name = name
        self.answer = answer
    }

    /// One answer for each turn; asking for more is a fault of the test.
    convenience init(_ answers: [FakeAnswer]) {
        self.init { turn, _ in
            guard turn <= answers.count else { throw Fault(text: "turn \(turn) was not scripted") }
            return answers[turn - 1]
        }
    }

    var requests: [Conversation] { asked.withLock { $0 } }

    func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        try Task.checkCancellation()
        try check(conversation)
        asked.withLock { $0.append(conversation) }
        let turn = 1 + conversation.messages.count { if case .assistant = $0 { true } else { false } }
        let answer = try answer(turn, conversation)
        for report in answer.progress { progress(report) }
        if let wait = answer.wait { try await Task.sleep(for: wait) }
        if let error = answer.error { throw error }
        var usage = answer.usage ?? ModelUsage()
        if answer.usage == nil { (usage.inputFresh, usage.output) = (100, 10) }
        return ModelResponse(message: AssistantMessage(blocks: answer.blocks), stop: answer.stop, usage: usage, requestID: "req_\(turn)", model: name)
    }

    /// Each call is answered in the next message, ids are unique, and the last message is the user's unless a turn was paused.
    private func check(_ conversation: Conversation) throws {
        var ids: Set<String> = []
        for (index, message) in conversation.messages.enumerated() {
            guard case .assistant(let assistant) = message else { continue }
            let calls = assistant.toolCalls.map(\.id)
            guard calls.allSatisfy({ ids.insert($0).inserted && !$0.isEmpty }) else { throw Fault(text: "ids repeat") }
            if calls.isEmpty { continue }
            guard conversation.messages.indices.contains(index + 1), case .user(let user) = conversation.messages[index + 1],
                user.results.map(\.callID) == calls
            else { throw Fault(text: "results are missing or in another order") }
        }
    }
}

struct FakeAnswer: Sendable {
    var blocks: [AssistantMessage.Block] = []
    var stop = StopKind.done
    var usage: ModelUsage?
    var progress: [ModelProgress] = []
    var wait: Duration?
    var error: (any Error)?

    static func text(_ text: String, stop: StopKind = .done) -> FakeAnswer { FakeAnswer(blocks: [.text(text)], stop: stop) }

    /// Calls with ids that are unique in a conversation.
    static func calls(_ calls: (String, JSONValue)..., id: String = "c", stop: StopKind = .tools) -> FakeAnswer {
        let blocks = calls.enumerated().map { index, call in
            AssistantMessage.Block.toolCall(ToolCall(id: "\(id)-\(call.0)-\(index)", name: call.0, arguments: call.1.text))
        }
        return FakeAnswer(blocks: blocks, stop: stop)
    }

    static let finish = calls(("finish", ["summary": "done"]), id: "end")

    static func failing(_ error: any Error, progress: [ModelProgress] = []) -> FakeAnswer { FakeAnswer(progress: progress, error: error) }
}

extension Conversation {
    /// The results of the last message.
    var lastResults: [ToolResult] { if case .user(let user)? = messages.last { user.results } else { [] } }
    /// The text of the last message.
    var lastText: String { if case .user(let user)? = messages.last { user.text ?? "" } else { "" } }
    var firstText: String { if case .user(let user)? = messages.first { user.text ?? "" } else { "" } }
}
