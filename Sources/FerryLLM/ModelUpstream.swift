/// Where a model is reached, for a request that another program has written.
package struct ModelUpstream: Sendable {
    package enum Wire: String, Hashable, Sendable { case anthropic, openAI }

    /// `provider/model`
    package let name: String
    package let wire: Wire
    /// As the provider calls it.
    package let model: String
    package let endpoint: Endpoint
    package let key: Secret?
    /// The one of its key, which all who use the key share.
    package let gate: RateGate

    package init(name: String, wire: Wire, model: String, endpoint: Endpoint, key: Secret?, gate: RateGate) {
        self.name = name
        self.wire = wire
        self.model = model
        self.endpoint = endpoint
        self.key = key
        self.gate = gate
    }

    /// The address for a path such as `/v1/messages`; `nil` where the provider's interface has no such path.
    package func url(for path: String) -> String? {
        guard Self.paths[wire]?.contains(path) == true else { return nil }
        return endpoint.appending(endpoint.path.hasSuffix("/v1") ? String(path.dropFirst("/v1".count)) : path)
    }

    private static let paths: [Wire: Set<String>] = [
        .anthropic: ["/v1/messages", "/v1/messages/count_tokens"], .openAI: ["/v1/chat/completions", "/v1/responses"],
    ]

    /// The headers that show the key to the provider.
    package var authorization: [(name: String, value: String)] {
        guard let key else { return [] }
        return wire == .anthropic ? [("x-api-key", key.exposed)] : [("authorization", "Bearer \(key.exposed)")]
    }

    /// What a refusal of the provider means.
    package func error(status: Int, body: [UInt8], retryAfter: Duration?) -> ModelError {
        var refusal = ProviderRefusal(
            status: status, wire: wire == .anthropic ? .anthropic : .openAI, host: endpoint.hostAndPort, body: try? JSONValue(parsing: body))
        if let retryAfter {
            refusal.retryAfter = retryAfter
            refusal.refills = true
        }
        return refusal.error(hiding: key).naming(name)
    }
}
