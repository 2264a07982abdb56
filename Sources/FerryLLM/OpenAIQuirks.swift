/// What differs between the servers that speak OpenAI's Chat Completions.
package struct OpenAIQuirks: Hashable, Sendable {
    package enum OutputLimitField: String, Hashable, Sendable, CaseIterable {
        /// What most compatible servers know.
        case maxTokens = "max_tokens"
        /// What the vendor's reasoning models demand.
        case maxCompletionTokens = "max_completion_tokens"
    }
    package enum SystemRole: String, Hashable, Sendable, CaseIterable { case system, developer }
    /// How an effort is asked for.
    package enum EffortField: String, Hashable, Sendable, CaseIterable {
        case none
        case flat = "reasoning_effort"
        /// `reasoning: {effort}`, OpenRouter's.
        case nested = "reasoning"
    }
    /// In which field of the assistant's message reasoning is sent back.
    package enum ReasoningEcho: String, Hashable, Sendable, CaseIterable {
        /// Some servers refuse it.
        case none
        case content = "reasoning_content"
        case plain = "reasoning"
        /// OpenRouter's list of whatever the model's own vendor gave, signatures and encrypted parts among it.
        case details = "reasoning_details"
    }
    package enum CallIDs: String, Hashable, Sendable, CaseIterable {
        case any
        /// Nine letters and digits.
        case nine
    }

    package var outputLimit: OutputLimitField
    package var systemRole: SystemRole
    /// Ask for usage (`stream_options.include_usage`), without which most servers report none.
    package var asksUsage: Bool
    /// `strict` on tools whose schema allows it.
    package var strictTools: Bool
    package var effort: EffortField
    package var echo: ReasoningEcho
    package var callIDs: CallIDs
    /// A message of the user may follow the answers of tools.
    package var userAfterTool: Bool
    /// Send `prompt_cache_key`.
    package var sendsCacheKey: Bool
    /// Mark what is to be cached, as models behind a router want it whose vendor caches nothing unasked.
    package var marksCache: Bool

    package init(
        outputLimit: OutputLimitField = .maxTokens, systemRole: SystemRole = .system, asksUsage: Bool = true, strictTools: Bool = false,
        effort: EffortField = .flat, echo: ReasoningEcho = .none, callIDs: CallIDs = .any, userAfterTool: Bool = true,
        sendsCacheKey: Bool = false, marksCache: Bool = false
    ) {
        self.outputLimit = outputLimit
        self.systemRole = systemRole
        self.asksUsage = asksUsage
        self.strictTools = strictTools
        self.effort = effort
        self.echo = echo
        self.callIDs = callIDs
        self.userAfterTool = userAfterTool
        self.sendsCacheKey = sendsCacheKey
        self.marksCache = marksCache
    }
}
