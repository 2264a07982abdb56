/// An error that a provider sent, as a status with a body or in the middle of a stream, sorted into `ModelError.Kind`.
/// Sources: the error types of the anthropic, openai and google-genai packages, and OpenRouter's, llama.cpp's and Ollama's variants of the second.
struct ProviderRefusal {
    enum Wire: Sendable { case anthropic, openAI, gemini, ollama }

    /// The HTTP status; in a stream `nil`, since the response's own 200 means nothing then.
    let status: Int?
    let wire: Wire
    let host: String
    /// `type`, `code`, `status` and `details.error_code` of the error, whichever there are.
    private(set) var codes: [String] = []
    private(set) var text = ""
    private let isDailyQuota: Bool
    /// From `retry-after-ms`, `retry-after`, or the body.
    var retryAfter: Duration?
    /// Whether a 429 says by some header that its limit is one that refills, or that trying again is of no use; `nil` where none says.
    var refills: Bool?
    /// The provider's name for the request, for support questions.
    var requestID: String?

    init(status: Int?, wire: Wire, host: String, body: JSONValue?) {
        self.status = status
        self.wire = wire
        self.host = host
        // Gemini wraps it into a list where the request was not for events.
        let whole = body?.array?.first ?? body ?? .null
        let error = whole["error"].flatMap { $0.isNull ? nil : $0 } ?? whole
        let details = GoogleErrorDetails(error)
        isDailyQuota = details.isDailyQuota
        retryAfter = details.retryAfter
        guard let body else { return }
        codes = [error["details"]?["error_code"], error["code"], error["type"], error["status"]].compactMap { value in
            switch value {
            case .string(let text)?: text
            case .number(let spelling)?: spelling
            default: nil
            }
        }
        codes += details.reasons
        text = error.string ?? error["message"]?.string ?? body["message"]?.string ?? body["detail"]?.string ?? ""
    }

    /// The status, or what stands for one in the error's own code (OpenRouter sends `"code":429` in a stream).
    private var meant: Int? { status ?? codes.lazy.compactMap { Int($0) }.first { (400...599).contains($0) } }

    func error(hiding secret: Secret?) -> ModelError {
        let kind = kind
        let name = requestID.map { " [request \($0.prefix(100))]" } ?? ""
        return ModelError(
            kind, "\(host) \(complaint(kind))\(quotation(hiding: secret))\(name)", remedy: remedy(kind, key: secret),
            retryAfter: retryAfter)
    }

    var kind: ModelError.Kind {
        if !Self.spendCodes.isDisjoint(with: codes) || meant == 402 || isDailyQuota { return .quota }
        // Google answers a wrong key with 400, and a machine without memory for a model with 500.
        if codes.contains("API_KEY_INVALID") { return .authentication }
        if wire == .ollama, text.contains("more system memory") { return .configuration }
        if isContextOverflow { return .contextOverflow }
        if let byCode = codes.lazy.compactMap({ Self.kinds[$0] }).first, status == nil { return byCode }
        switch meant {
        case 401, 403: return .authentication
        case 404: return .unknownModel
        case 413: return .contextOverflow
        case 429: return isSpendCap ? .quota : .rate
        case 503, 529: return .overloaded
        case 408, 409: return .server
        case .some(500...): return .server
        case .some(300..<400): return .configuration
        case .some: return .badRequest
        // An error in the middle of an accepted answer, of a kind that is not known: the request was good.
        case nil: return .server
        }
    }

    /// Anthropic sends a monthly cap as a 429 that tells no time; a rate limit always tells one.
    private var isSpendCap: Bool { refills == false || wire == .anthropic && status == 429 && retryAfter == nil && refills == nil }

    private var isContextOverflow: Bool {
        guard Self.overflowCodes.isDisjoint(with: codes) else { return true }
        guard status == 400 || status == 413 || status == nil else { return false }
        let text = text.lowercased()
        return Self.overflowPhrases.contains { text.contains($0) }
    }

    private func complaint(_ kind: ModelError.Kind) -> String {
        let number = meant.map { " (\($0))" } ?? ""
        return switch kind {
        case .authentication: "refuses the key\(number)"
        case .quota: "says that its credit or spend limit is used up\(number)"
        case .rate: "asks for fewer requests\(number)"
        case .overloaded: "is overloaded\(number)"
        case .contextOverflow: "says that the conversation is too long for the model\(number)"
        case .unknownModel: "knows no such model or address\(number)"
        case .configuration: wire == .ollama ? "cannot load the model\(number)" : "sends us to another address\(number)"
        case .badRequest: "refuses the request as malformed\(number)"
        case .server, .network, .stalled, .truncated: "failed\(number)"
        }
    }

    private func remedy(_ kind: ModelError.Kind, key: Secret?) -> String? {
        switch kind {
        case .authentication where key == nil: "Name the provider's key in its settings (`key`), and set it"
        case .authentication: "Check the key \(key?.name ?? "of the provider"), and that its account may use this model"
        case .quota: "Raise the limit or add credit at the provider"
        case .unknownModel:
            wire == .ollama
                ? "Run `ollama pull` with the model's name, or check it under `## Models`"
                : "Check the model's name under `## Models` and the provider's base_url"
        case .configuration where wire == .ollama: "Set a smaller `num_ctx` at the provider, or take a smaller model"
        case .configuration: "Ferry follows no redirects; set base_url to the final address"
        case .badRequest: "If the server is only compatible, see the provider's quirks in the documentation"
        case .rate, .overloaded, .server, .network, .stalled, .truncated, .contextOverflow: nil
        }
    }

    /// The provider's own words, cut, on one line, without the key.
    private func quotation(hiding secret: Secret?) -> String {
        var text = text
        if let secret { text = text.split(separator: secret.exposed, omittingEmptySubsequences: false).joined(separator: "••••") }
        let words = text.split { $0.isWhitespace || $0.isNewline }.map { word in
            Self.looksLikeKey(word) ? "••••" : String(word.unicodeScalars.filter { $0.properties.generalCategory != .control })
        }
        let line = words.joined(separator: " ")
        guard !line.isEmpty else { return "" }
        return ": \(line.count > 300 ? line.prefix(300) + "…" : line[...])"
    }

    /// `sk-`, not in the middle of a word.
    private static func looksLikeKey(_ word: Substring) -> Bool {
        word.ranges(of: "sk-").contains { range in
            range.lowerBound == word.startIndex || !word[word.index(before: range.lowerBound)].isLetter
        }
    }
}

extension ProviderRefusal {
    /// Credit and spend caps; waiting does not mend them.
    private static let spendCodes: Set<String> = [
        "billing_error", "billing_hard_limit_reached", "contract_spend_limit_reached", "enforced_spend_limit_reached", "insufficient_quota",
        "linked_organization_spend_limit_reached",
    ]

    private static let overflowCodes: Set<String> = ["context_length_exceeded", "exceed_context_size_error"]

    /// What servers say that have no code for it: Anthropic, vLLM and its kin, llama.cpp, LM Studio, Gemini, Ollama.
    private static let overflowPhrases = [
        "prompt is too long", "maximum context length", "exceeds the available context size", "input is too long",
        "greater than the context length", "maximum number of tokens allowed", "longer than the context length", "exceeds the context length",
    ]

    /// What a code means where no status says it.
    private static let kinds: [String: ModelError.Kind] = [
        "api_error": .server, "authentication_error": .authentication, "conflict_error": .server, "invalid_api_key": .authentication,
        "invalid_request_error": .badRequest, "model_not_found": .unknownModel, "not_found_error": .unknownModel, "overloaded_error": .overloaded,
        "permission_error": .authentication, "rate_limit_error": .rate, "rate_limit_exceeded": .rate, "request_too_large": .contextOverflow,
        "server_error": .server, "server_is_overloaded": .overloaded, "slow_down": .rate, "timeout_error": .server,
        "RESOURCE_EXHAUSTED": .rate, "UNAVAILABLE": .overloaded, "UNAUTHENTICATED": .authentication, "PERMISSION_DENIED": .authentication,
        "NOT_FOUND": .unknownModel, "INVALID_ARGUMENT": .badRequest, "FAILED_PRECONDITION": .badRequest,
    ]
}
