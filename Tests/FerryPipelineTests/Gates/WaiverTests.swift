internal import FerryModel
internal import FerryStore
internal import FerryVault
internal import SystemPackage
internal import Foundation
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1))) struct WaiverTests {
    private static let scope = Finding(rule: "scope", severity: .error, path: "src/b.py", message: "The file was changed.")
    private static let secret = Finding(rule: "secrets", severity: .error, path: "src/a.py", line: 3, message: "The line holds a token.")
    private static let warning = Finding(rule: "size", severity: .warning, message: "The change touches 41 files.")

    private func check(_ findings: [Finding], commit: String = "aaaa", phase: Int? = 1) -> CheckResult {
        var check = CheckResult(
            commit: commit, findings: findings, evidence: [], files: 1, addedLines: 1, deletedLines: 0, risk: .low, riskReasons: [])
        check.phase = phase
        return check
    }

    private func waiver(_ finding: Finding, commit: String = "aaaa") -> Waiver {
        Waiver(finding, commit: commit, date: "2026-11-26T10:00:00Z")
    }

    @Test func `a waiver takes one finding of one commit out, and no other`() {
        var check = check([Self.scope, Self.secret])
        check.apply([waiver(Self.secret)])
        #expect(check.findings == [Self.scope])
        #expect(check.waived == [waiver(Self.secret)])
        #expect(!check.passed)
    }

    @Test func `it ends with the commit`() {
        var check = check([Self.secret], commit: "bbbb")
        check.apply([waiver(Self.secret)])
        #expect(check.findings == [Self.secret])
        #expect(check.waived == nil)
    }

    @Test func `the same finding at another line is another finding`() {
        var moved = Self.secret
        moved.line = 4
        var check = check([moved])
        check.apply([waiver(Self.secret)])
        #expect(check.findings == [moved])
        #expect(Waiver.box(of: moved) != Waiver.box(of: Self.secret))
    }

    @Test(arguments: ["tests", "fewer-tests", "worktree", "protected-paths"])
    func `what Ferry ran and what guards the vault cannot be waived`(rule: String) {
        let finding = Finding(rule: rule, severity: .error, message: "x")
        var check = check([finding])
        check.apply([waiver(finding)])
        #expect(check.findings == [finding])
        #expect(!Waiver.isPossible(finding))
    }

    @Test func `a commit is taken as it is only where every error is waived`() {
        var check = check([Self.scope, Self.secret, Self.warning])
        check.apply([waiver(Self.scope)])
        #expect(WaivedCommit(check) == nil)
        check.apply([waiver(Self.secret)])
        #expect(WaivedCommit(check)?.warnings == [Self.warning])
        #expect(WaivedCommit(self.check([Self.warning])) == nil)
    }

    @Test func `what could not be checked is never passed by a waiver`() {
        var check = check([Self.secret])
        check.evidence = [
            Evidence(
                label: "l", command: "c", directory: "", commit: "aaaa", environment: "", preset: "build", ending: .exited(127), milliseconds: 1,
                outputDigest: "", outputBytes: 0, log: nil, excerpt: "", tests: nil, verdict: .couldNotBeChecked, cause: .missingProgram, reason: "x")
        ]
        check.alreadyRed = ["l"]
        check.apply([waiver(Self.secret)])
        #expect(!check.passed)
    }

    @Test func `a check that was stored before there were waivers can be read`() throws {
        let old = """
            {"commit":"aaaa","findings":[{"rule":"scope","severity":"error","path":"a","message":"m","remedy":"r"}],"evidence":[],"files":1,
             "addedLines":1,"deletedLines":0,"risk":"low","riskReasons":[]}
            """
        let check = try JSONDecoder().decode(CheckResult.self, from: Data(old.utf8))
        #expect(check.findings.count == 1)
        #expect(check.waived == nil)
    }

    // MARK: In the note

    private func content(_ state: FeatureState, _ check: CheckResult) throws -> BlockContent {
        let id = try #require(FeatureID("FR-001"))
        var record = FeatureRecord(id: id, path: VaultLayout().folder(of: state).appending("x.md"), title: "x", state: state)
        record.run = RunNumber(2)
        record.tip = "aaaa"
        let run = RunRecord(
            feature: id, number: RunNumber(2), outcome: state == .blocked ? .blocked : .review, tier: .small, score: 1, reasons: [], branch: "b",
            base: "c", note: [], started: "2026-11-26T10:00:00Z")
        return FeatureBlock(
            feature: record, run: run, check: check, cost: SpendingTotal(), stage: nil, waits: nil, events: [], allowance: Money(dollars: 5),
            merged: nil, isEdited: false, layout: VaultLayout()
        ).content
    }

    @Test func `a blocked note has a box for each error that can be waived, a note in review for each warning`() throws {
        let tests = Finding(rule: "tests", severity: .error, message: "failed")
        let check = check([Self.scope, Self.warning, tests])
        let blocked = try content(.blocked, check).boxes
        #expect(blocked.map(\.id) == [Waiver.box(of: Self.scope)])
        #expect(blocked.first?.commit == "aaaa")
        #expect(blocked.first?.run == 2)
        #expect(try content(.review, check).boxes.map(\.id) == [Waiver.box(of: Self.warning), "approve", "changes"])
    }

    @Test func `a change of a file that configures tools is always shown`() throws {
        let note = Finding(rule: "sensitive-files", severity: .note, path: ".vscode/tasks.json", message: "The file was added; it runs.")
        var check = check([note])
        check.needsPerson = ["it changes files that configure tools"]
        let rows = try content(.review, check).rows
        #expect(rows.contains { "\($0)".contains(".vscode/tasks.json: The file was added; it runs.") })
        #expect(rows.contains { "\($0)".contains("it changes files that configure tools") })
    }

    @Test func `a waived finding stays in the note with its date and commit`() throws {
        var check = check([Self.scope])
        check.apply([waiver(Self.scope)])
        let rows = try content(.review, check).rows.map { "\($0)" }
        #expect(rows.contains { $0.contains("2026-11-26, only for ") && $0.contains("aaaa") && $0.contains("scope src/b.py The file was changed.") })
    }
}
