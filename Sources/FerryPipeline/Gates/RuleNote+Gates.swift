internal import FerryModel
internal import FerryModel
package import FerryVault

extension ExecutableRule {
    /// `nil` for a rule without a check of its own.
    package init?(_ note: RuleNote) {
        guard note.gate == nil, let check = note.check else { return nil }
        self.init(
            name: note.name, script: check.script, line: check.line, timeout: note.timeout, severity: note.severity, appliesTo: note.appliesTo)
    }
}

extension GateSwitch {
    /// `nil` for a rule that is not about a built-in gate. A note's `warning`, which is also what a note without the key says, keeps the gate's own
    /// severities: a note that only explains `secrets` must not soften it.
    package init?(_ note: RuleNote) {
        guard let gate = note.gate else { return nil }
        self.init(gate: gate, severity: note.severity == .warning ? nil : note.severity, appliesTo: note.appliesTo)
    }
}
