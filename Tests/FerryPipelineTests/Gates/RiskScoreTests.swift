internal import FerryModel
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1))) struct RiskScoreTests {
    private func facts(_ change: (inout RiskFacts) -> Void = { _ in }) -> RiskFacts {
        var facts = RiskFacts()
        facts.files = 2
        facts.lines = 40
        facts.testFiles = 1
        facts.passedEvidence = 1
        change(&facts)
        return facts
    }

    @Test func `a small tested change is of low risk and needs no reason`() {
        let score = RiskScore(facts())
        #expect(score.level == .low)
        #expect(score.reasons.isEmpty)
        #expect(score.needsPerson.isEmpty)
    }

    @Test func `every fact that can go wrong raises the score and says so`() {
        let changes: [(inout RiskFacts) -> Void] = [
            { $0.lines = 900 }, { $0.files = 30 }, { $0.unaskedCode = 1 }, { $0.buildFiles = 1 }, { $0.binaryFiles = 1 }, { $0.deletedFiles = 1 },
            { $0.unusualModes = 1 }, { $0.testFiles = 0 }, { $0.openWarnings = 1 }, { $0.openErrors = 1 }, { $0.failedEvidence = 1 },
            { $0.uncheckedEvidence = 1 }, { $0.passedEvidence = 0 }, { $0.fixRounds = 1 }, { $0.tier = .medium }, { $0.tier = .large },
        ]
        for change in changes {
            let score = RiskScore(facts(change))
            #expect(score.points > 0)
            #expect(score.reasons.count == 1)
        }
    }

    @Test func `what failed, was not checked or configures tools waits for a person`() {
        let changes: [(inout RiskFacts) -> Void] = [
            { $0.unaskedCode = 1 }, { $0.buildFiles = 1 }, { $0.unusualModes = 1 }, { $0.openErrors = 1 }, { $0.failedEvidence = 1 },
            { $0.uncheckedEvidence = 1 }, { $0.passedEvidence = 0 },
        ]
        for change in changes { #expect(RiskScore(facts(change)).needsPerson.count == 1) }
        #expect(RiskScore(facts { $0.openErrors = 1 }).level == .high)
    }

    @Test func `facts are counted from the change`() {
        let change = ProposedChange([
            ChangedFile("src/a.py", "a\n", "b\nc\n"), ChangedFile("tests/test_a.py", nil, "def test_a(): f()\n"),
            ChangedFile(".mcp.json", nil, "{}\n"),
            ChangedFile("Makefile", "a\n", nil), ChangedFile("run.sh", nil, "x\n", mode: ChangedFile.Mode.executable),
        ])
        let facts = RiskFacts(change, findings: [Finding(rule: "x", severity: .warning, message: "m")], evidence: [], fixRounds: 2, tier: .large)
        #expect(facts.files == 5)
        #expect(facts.lines == 7)
        #expect(
            [facts.unaskedCode, facts.buildFiles, facts.deletedFiles, facts.unusualModes, facts.testFiles, facts.openWarnings] == [1, 1, 1, 1, 1, 1])
    }

    @Test(arguments: [
        (".vscode/tasks.json", SensitiveFile.editorSettings), ("sub/.Claude/settings.json", .agentSettings),
        (".github/workflows/x.yml", .continuousIntegration),
        ("a/b/Makefile", .build), ("package.json", .build), (".envrc", .folderSettings), (".husky/pre-commit", .git),
        ("docker-compose.dev.yml", .build),
        ("AGENTS.md", .agentSettings), (".cargo/config.toml", .folderSettings), ("docs/.gitattributes", .git),
    ]) func `a file that configures tools is known at any depth and in any case`(path: String, kind: SensitiveFile) {
        #expect(SensitiveFile.kind(of: path) == kind)
    }

    @Test(arguments: ["src/main.py", "docs/makefiles.md", "README.md", "src/package.json.ts", "github/workflows.md", "src/environment.ts"])
    func `an ordinary file is none`(path: String) { #expect(SensitiveFile.kind(of: path) == nil) }
}
