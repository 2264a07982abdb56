package import FerryModel

/// What a rule note says about a built-in gate.
package struct GateSwitch: Hashable, Sendable {
    package var gate: String
    package var isOn: Bool
    /// Replaces the severity of the gate's findings; `nil` keeps them.
    package var severity: Finding.Severity?
    /// Keeps only findings at these paths, and those of the change as a whole; empty keeps all.
    package var appliesTo: [PathPattern]

    package init(gate: String, isOn: Bool = true, severity: Finding.Severity? = nil, appliesTo: [PathPattern] = []) {
        self.gate = gate
        self.isOn = isOn
        self.severity = severity
        self.appliesTo = appliesTo
    }
}

/// The built-in gates under the switches of the rule notes.
package struct GateSet: Sendable {
    /// Every built-in gate, in the order of their findings.
    package static let all: [any Gate] = [
        ProtectedPathsGate(), ScopeGate(), FileNamesGate(), HiddenCharactersGate(), SecretsGate(), ConflictMarkersGate(), DeletedTestsGate(),
        BinaryFilesGate(),
        SizeGate(), LicenceHeadersGate(), SensitiveFilesGate(),
    ]
    /// The names that `gate:` in a rule note may bear.
    package static var names: [String] { all.map(\.name) }

    private let switches: [String: GateSwitch]

    /// The last switch of a gate counts. Names of no gate are without effect; `names` tells a linter which they are.
    package init(_ switches: [GateSwitch] = []) {
        self.switches = Dictionary(switches.map { ($0.gate, $0) }, uniquingKeysWith: { $1 })
    }

    /// The gates that are on; one that is not optional always is.
    package var gates: [any Gate] { Self.all.filter { switches[$0.name]?.isOn ?? true || !$0.isOptional } }

    /// Findings of one gate above this number become one that counts the rest.
    static let mostFindings = 50

    /// All findings, the gravest first; those of one severity stay in the order of gates and files.
    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        let findings = gates.flatMap { gate in Self.capped(adjusted(gate.check(change, context), of: gate), of: gate) }
            .enumerated().sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }.map(\.element)
        return change.quoting(findings)
    }

    private func adjusted(_ findings: [Finding], of gate: any Gate) -> [Finding] {
        guard let setting = switches[gate.name], gate.isOptional else { return findings }
        return findings.compactMap { finding in
            guard finding.path.isEmpty || setting.appliesTo.isEmpty || setting.appliesTo.contains(where: { $0.matches(finding.path) })
            else { return nil }
            var finding = finding
            finding.severity = setting.severity ?? finding.severity
            return finding
        }
    }

    private static func capped(_ findings: [Finding], of gate: any Gate) -> [Finding] {
        guard findings.count > mostFindings else { return findings }
        let rest = findings[mostFindings...]
        let gravest = rest.map(\.severity).max() ?? .note
        return findings[..<mostFindings] + [
            Finding(rule: gate.name, severity: gravest, message: "\(rest.count) more findings of this gate are not listed.")
        ]
    }
}
