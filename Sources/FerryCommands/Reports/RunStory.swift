internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerryVault
internal import Foundation

/// What came of each finished step of a run, in the words of the reports and of Ferry's own checks.
struct RunStory: Hashable, Sendable, Encodable {
    struct Step: Hashable, Sendable, Encodable {
        /// As the database has it: `plan`, `phase-1/code/0`, `phase-1/check-code/0`.
        var key: String
        /// `plan`, `code`, `check`, `test`, `review`.
        var stage: String
        var milliseconds: Int
        /// For what Ferry checked, and for findings: whether all was well.
        var isGood: Bool?
        /// One sentence for each thing that came of it.
        var outcome: [String]
    }

    /// In the order in which they ended.
    let steps: [Step]

    init(steps: [Step]) { self.steps = steps }

    init(_ records: [StepRecord]) { steps = records.map(Self.step) }

    private static func step(_ record: StepRecord) -> Step {
        let parts = record.key.split(separator: "/").map(String.init)
        let name = parts.count > 1 ? parts[1] : parts.first ?? ""
        let stage = name.hasPrefix("check-") || name == "baseline" ? "check" : name.hasPrefix("review") ? "review" : name
        let (isGood, outcome) = tell(name, stage, Data(record.outcome.utf8))
        return Step(
            key: record.key, stage: stage, milliseconds: Int(record.duration / .milliseconds(1)), isGood: isGood,
            outcome: outcome.map { SafeText.make($0) })
    }

    private static func tell(_ name: String, _ stage: String, _ outcome: Data) -> (Bool?, [String]) {
        switch stage {
        case "check" where name == "baseline":
            guard let evidence = decode(Evidence.self, outcome) else { return (nil, []) }
            return (evidence.verdict == .passed, ["before any change: \(evidence.summary)"])
        case "check":
            guard let check = decode(CheckResult.self, outcome) else { return (nil, []) }
            // A command that did not pass is among the evidence and among the findings.
            let findings = check.findings.filter { $0.rule != "tests" }.map(sentence)
            return (check.toMend.isEmpty, check.evidence.map(\.summary) + findings)
        case "plan": return (nil, decode(PlanReport.self, outcome).map { [$0.summary] + $0.questions.map { "asks: \($0)" } } ?? [])
        case "code": return (nil, decode(CodeReport.self, outcome).map { [$0.summary] + $0.questions.map { "asks: \($0)" } } ?? ["gave up"])
        case "test", "review":
            guard let report = decode(FindingsReport.self, outcome) else { return (nil, []) }
            return (report.findings.isEmpty, report.findings.isEmpty ? [report.summary] : report.findings.map { sentence($0.finding) })
        default: return (nil, [])
        }
    }

    private static func decode<Value: Decodable>(_: Value.Type, _ data: Data) -> Value? { try? JSONDecoder().decode(Value.self, from: data) }

    private static func sentence(_ finding: Finding) -> String {
        let place = finding.location.isEmpty ? "" : finding.location + ": "
        let message = finding.message.split(whereSeparator: \.isNewline).first ?? ""
        return "\(finding.severity.rawValue): \(place)\(message) (\(finding.rule))"
    }

    /// For a person.
    func lines(_ style: Style) -> [String] {
        steps.flatMap { step in
            let mark = step.isGood.map { $0 ? style.paint("✓ ", .green) : style.paint("✗ ", .red) } ?? "  "
            let texts = step.outcome.isEmpty ? ["done"] : step.outcome
            return texts.enumerated().map { number, text in
                style.paint(TextWidth.pad(number == 0 ? step.stage : "", to: 8), .bold) + (number == 0 ? mark : "  ") + TextWidth.line(text, to: 150)
            }
        }
    }
}
