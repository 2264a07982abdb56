internal import FerryModel
internal import FerryVault
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1))) struct GateSetTests {
    private let merge = ProposedChange(["a.c": (nil, "<<<<<<< x\n"), "b.c": (nil, "<<<<<<< x\n")])

    @Test func `a rule note switches a gate off`() {
        #expect(GateSet().check(merge, GateContext()).count == 2)
        #expect(GateSet([GateSwitch(gate: "conflict-markers", isOn: false)]).check(merge, GateContext()).isEmpty)
    }

    @Test func `a rule note changes severity and paths of a gate`() {
        let set = GateSet([GateSwitch(gate: "conflict-markers", severity: .note, appliesTo: patterns("b.c"))])
        #expect(set.check(merge, GateContext()).map { "\($0.path) \($0.severity)" } == ["b.c note"])
    }

    @Test(arguments: ["protected-paths", "sensitive-files"]) func `what guards the vault and approvals cannot be switched off`(name: String) {
        let change = ProposedChange([".github/workflows/ci.yml": ("a\n", "b\n")])
        let set = GateSet([GateSwitch(gate: name, isOn: false, severity: .note)])
        let findings = set.check(change, GateContext(protected: patterns(".github")))
        #expect(findings.map { "\($0.rule) \($0.severity)" } == ["protected-paths error", "sensitive-files note"])
    }

    @Test func `the gravest finding comes first`() {
        let change = ProposedChange([".vscode/tasks.json": (nil, "{}\n"), "z.c": (nil, ">>>>>>> x\n")])
        #expect(GateSet().check(change, GateContext()).map(\.severity) == [.error, .note])
    }

    @Test func `a flood of findings is cut and counted`() {
        let change = ProposedChange((0..<80).map { ChangedFile("f\($0).c", nil as String?, "<<<<<<< x\n") })
        let findings = GateSet([GateSwitch(gate: "size", isOn: false)]).check(change, GateContext())
        #expect(findings.count == 51)
        #expect(findings.last?.message == "30 more findings of this gate are not listed.")
        #expect(findings.last?.severity == .error)
    }

    @Test func `every gate has a name of its own and says what it looks at`() {
        #expect(Set(GateSet.names).count == GateSet.all.count)
        #expect(GateSet.all.allSatisfy { !$0.purpose.isEmpty })
    }

    @Test func `the vault's rule notes know the gates by the same names`() {
        #expect(Set(RuleNote.gates) == Set(GateSet.names))
    }

    @Test func `a rule note becomes a switch, a check, or neither`() {
        let note = { (text: String) in RuleNote(NoteBytes(Array(text.utf8)), path: "30_review_rules/a rule.md") }
        let explains = note("---\ngate: secrets\n---\nNo keys.\n")
        #expect(GateSwitch(explains) == GateSwitch(gate: "secrets"))
        #expect(ExecutableRule(explains) == nil)
        let checks = note("---\nseverity: error\ntimeout: 5\napplies_to: src/\n---\nNo print.\n\n```sh check\nexit 0\n```\n")
        #expect(GateSwitch(checks) == nil)
        #expect(
            ExecutableRule(checks)
                == ExecutableRule(name: "a rule", script: "exit 0\n", line: 9, timeout: .seconds(5), severity: .error, appliesTo: patterns("src/")))
        #expect(ExecutableRule(note("Be kind.\n")) == nil)
    }
}
