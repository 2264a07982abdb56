/// What differs between the servers that speak OpenAI's Chat Completions.
package struct OpenAIQuirks: Hashable, Sendable {
    package enum OutputLimitField: String, Hashable, Sendable, CaseIterable {
        /// What most compatible servers know.
        case maxTokens = "max_tokens"
        /// What the vendor's reasoning models demand.
        case maxCompletionTokens = "max_completion_tokens"
    }
    package enum SystemRole: String, Hashable, Sendable, CaseIterable { case system, developer }

    package var outputLimit: OutputLimitField
    package var systemRole: SystemRole
    /// `stream_options.include_usage`, without which no usage comes back.
    package var reportsUsage: Bool
    /// `strict` on tools whose schema allows it.
    package var strictTools: Bool
    /// `reasoning_effort` is known.
    package var takesEffort: Bool
    /// Send `reasoning_content` back with the message it came with (DeepSeek with tools demands it; others refuse it).
    package var echoesReasoning: Bool

    package init(
        outputLimit: OutputLimitField = .maxTokens, systemRole: SystemRole = .system, reportsUsage: Bool = true, strictTools: Bool = false,
        takesEffort: Bool = true, echoesReasoning: Bool = false
    ) {
        self.outputLimit = outputLimit
        self.systemRole = systemRole
        self.reportsUsage = reportsUsage
        self.strictTools = strictTools
        self.takesEffort = takesEffort
        self.echoesReasoning = echoesReasoning
    }

    /// The vendor's own dialect for the vendor's own host, the widest understood one for any other.
    package static func standard(for endpoint: Endpoint) -> OpenAIQuirks {
        switch endpoint.host {
        case "api.openai.com": OpenAIQuirks(outputLimit: .maxCompletionTokens, systemRole: .developer, strictTools: true)
        case "api.deepseek.com": OpenAIQuirks(echoesReasoning: true)
        default: OpenAIQuirks()
        }
    }
}
