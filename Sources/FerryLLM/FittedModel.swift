/// A model that is asked for no more than it takes.
struct FittedModel: LanguageModel {
    let base: any LanguageModel
    let limits: ModelLimits

    var name: String { base.name }

    func body(of conversation: Conversation, options: ModelOptions, model: String) -> [UInt8] {
        base.body(of: conversation, options: limits.fitting(options), model: model)
    }

    func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        try await base.respond(to: conversation, options: limits.fitting(options), progress: progress)
    }
}
