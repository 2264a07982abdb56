package import FerryLLM

/// Takes the keys in use out of what a model answers: its provider knows one of them, and nothing that a provider sends is to be trusted.
package struct RedactingModel: LanguageModel {
    private let inner: any LanguageModel
    private let redactor: @Sendable () -> Redactor

    package init(_ inner: any LanguageModel, redactor: @escaping @Sendable () -> Redactor) {
        self.inner = inner
        self.redactor = redactor
    }

    package var name: String { inner.name }

    package var upNext: String { inner.upNext }

    package func body(of conversation: Conversation, options: ModelOptions, model: String) -> [UInt8] {
        inner.body(of: conversation, options: options, model: model)
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        try await respond(to: conversation, options: options, permit: { _ in }, progress: progress)
    }

    package func respond(
        to conversation: Conversation, options: ModelOptions, permit: RequestPermit, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelResponse {
        var response = try await inner.respond(to: conversation, options: options, permit: permit, progress: progress)
        let redactor = redactor().ofKnownValues
        if case .assistant(let message) = redactor.redact(.assistant(response.message)) { response.message = message }
        response.stopDetail = response.stopDetail.map(redactor.redact)
        response.requestID = response.requestID.map(redactor.redact)
        return response
    }
}
