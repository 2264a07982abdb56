/// What differs between Gemini's models.
package struct GeminiQuirks: Hashable, Sendable {
    /// Ask for summaries of the model's thoughts.
    package var showsThinking: Bool
    /// `thinkingLevel` is known.
    package var takesEffort: Bool
    /// Each answer's first call must bear a signature, also one that another model made.
    package var demandsSignatures: Bool

    package init(showsThinking: Bool = true, takesEffort: Bool = true, demandsSignatures: Bool = true) {
        self.showsThinking = showsThinking
        self.takesEffort = takesEffort
        self.demandsSignatures = demandsSignatures
    }

    /// All for Gemini 3 and later; 2.5 thinks without levels, and before it there was no thinking.
    package static func standard(for model: String) -> GeminiQuirks {
        let name = model.split(separator: "/").last.map(String.init) ?? model
        if name.hasPrefix("gemini-2.5") { return GeminiQuirks(takesEffort: false, demandsSignatures: false) }
        let isOld = ["gemini-1", "gemini-2", "gemma", "learnlm"].contains { name.hasPrefix($0) }
        return isOld ? GeminiQuirks(showsThinking: false, takesEffort: false, demandsSignatures: false) : GeminiQuirks()
    }

    /// These quirks with one field set; `nil` when field or value is unknown.
    func setting(_ field: String, to value: String) -> GeminiQuirks? {
        guard let value = Bool(value) else { return nil }
        var quirks = self
        switch field {
        case "thinking": quirks.showsThinking = value
        case "effort": quirks.takesEffort = value
        case "signatures": quirks.demandsSignatures = value
        default: return nil
        }
        return quirks
    }
}
