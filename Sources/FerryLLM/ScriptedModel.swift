/// Answers from a script instead of a model: for the demo, for tests, and for trying settings without spending.
package final class ScriptedModel: LanguageModel {
    package let name: String
    package let script: ModelScript
    private let errors = ScriptedErrors()

    package init(provider: String = "scripted", model: String = "script", script: ModelScript) {
        name = "\(provider)/\(model)"
        self.script = script
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        try Task.checkCancellation()
        let answers = conversation.messages.count { if case .assistant = $0 { true } else { false } }
        let (place, turn) = try script.turn(firstUserText: conversation.firstUserText, answers: answers)
        if turn.delay > .zero { try await Task.sleep(for: turn.delay) }
        if let error = errors.due(turn, at: place, firstUserText: conversation.firstUserText) { throw error }
        let usage = turn.usage ?? estimate(turn, of: conversation)
        progress(.usage(usage))
        progress(.output(characters: turn.text.count + turn.thinking.count + turn.calls.reduce(0) { $0 + $1.arguments.count }))
        var blocks: [AssistantMessage.Block] = []
        if !turn.thinking.isEmpty { blocks.append(.thinking(turn.thinking)) }
        if !turn.text.isEmpty { blocks.append(.text(turn.text)) }
        blocks += turn.calls.enumerated().map { number, call in
            .toolCall(ToolCall(id: "call_\(answers)_\(number)", name: call.name, arguments: call.arguments))
        }
        return ModelResponse(
            message: AssistantMessage(blocks: blocks), stop: turn.stop ?? (turn.calls.isEmpty ? .done : .tools), usage: usage, model: name)
    }

    private func estimate(_ turn: ScriptedTurn, of conversation: Conversation) -> ModelUsage {
        var usage = ModelUsage()
        usage.inputFresh = ContextEstimate.tokens(bytes: ContextEstimate.size(of: conversation))
        usage.output = ContextEstimate.tokens(
            bytes: turn.text.utf8.count + turn.thinking.utf8.count + turn.calls.reduce(0) { $0 + $1.arguments.utf8.count })
        usage.isEstimated = true
        return usage
    }
}

extension Conversation {
    /// The text of the first user message; empty when there is none.
    package var firstUserText: String {
        for case .user(let user) in messages { return user.text ?? "" }
        return ""
    }
}
