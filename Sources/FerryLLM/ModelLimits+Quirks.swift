extension AnthropicQuirks {
    /// These, as far as the model takes them.
    func fitting(_ limits: ModelLimits?) -> AnthropicQuirks {
        var quirks = self
        quirks.showsThinking = limits?.thinks ?? showsThinking
        quirks.takesEffort = limits?.efforts.map { !$0.isEmpty } ?? takesEffort
        return quirks
    }
}

extension OpenAIQuirks {
    /// These, as far as the model takes them.
    func fitting(_ limits: ModelLimits?) -> OpenAIQuirks {
        var quirks = self
        if limits?.efforts == [] { quirks.effort = .none }
        return quirks
    }
}

extension OpenAIResponsesQuirks {
    /// These, as far as the model takes them.
    func fitting(_ limits: ModelLimits?) -> OpenAIResponsesQuirks {
        var quirks = self
        if let thinks = limits?.thinks {
            quirks.encryptedReasoning = thinks
            quirks.showsSummaries = showsSummaries && thinks
        }
        quirks.takesEffort = limits?.efforts.map { !$0.isEmpty } ?? takesEffort
        return quirks
    }
}

extension GeminiQuirks {
    /// These, as far as the model takes them.
    func fitting(_ limits: ModelLimits?) -> GeminiQuirks {
        var quirks = self
        quirks.showsThinking = limits?.thinks ?? showsThinking
        quirks.takesEffort = limits?.efforts.map { !$0.isEmpty } ?? takesEffort
        return quirks
    }
}

extension OllamaQuirks {
    /// These, as far as the model takes them.
    func fitting(_ limits: ModelLimits?) -> OllamaQuirks {
        var quirks = self
        quirks.thinks = thinks ?? limits?.thinks
        quirks.takesEffort = limits?.efforts.map { !$0.isEmpty } ?? takesEffort
        return quirks
    }
}
