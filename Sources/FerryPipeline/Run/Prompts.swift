internal import FerryModel

/// The first message of each stage. What others wrote stands inside the fence; Ferry's own words outside. The lines at the top are
/// for the agent, and name the stage for whoever reads a transcript.
struct Prompts {
    let feature: FeatureID
    let run: RunNumber
    let title: String
    /// The note as the run works from it, without Ferry's own block.
    let note: String
    let answers: String
    let fence: PromptFence

    func plan() -> String {
        [
            head("planner", phase: nil, attempt: 1), "Read this feature request and the repository, and write the plan.", request,
        ].joined(separator: "\n\n")
    }

    func code(_ phase: Phase, plan: String, findings: [Finding], attempt: Int, earlier: String?) -> String {
        var parts = [head("coder", phase: phase, attempt: attempt), request, fence.wrap(plan, as: "plan"), phase.assignment(fence)]
        if let earlier { parts.append(earlier) }
        if findings.isEmpty {
            parts.append("Carry out this phase of the plan.")
        } else {
            parts.append("These findings are to be answered, each by its number.\n\n" + fence.wrap(Self.list(findings), as: "findings"))
        }
        return parts.joined(separator: "\n\n")
    }

    func test(_ phase: Phase, plan: String, diff: String, attempt: Int) -> String {
        [
            head("tester", phase: phase, attempt: attempt), request, fence.wrap(plan, as: "plan"), phase.assignment(fence),
            "This is the change so far. Write the tests that it lacks, and report what you find.", fence.wrap(diff, as: "diff"),
        ].joined(separator: "\n\n")
    }

    func review(
        _ phase: Phase?, plan: String, rules: [(name: String, text: String)], diff: String, evidence: String, earlier: [Finding], attempt: Int
    ) -> String {
        var parts = [head("reviewer", phase: phase, attempt: attempt), request, fence.wrap(plan, as: "plan")]
        if let phase { parts.append(phase.assignment(fence)) } else { parts.append("All phases are done; review the change as a whole.") }
        parts.append("The review rules of this vault:\n\n" + rules.map { "### Rule: \($0.name)\n\($0.text)" }.joined(separator: "\n\n"))
        parts.append("What Ferry ran itself:\n\n" + fence.wrap(evidence, as: "evidence"))
        if !earlier.isEmpty {
            parts.append("The findings of the round before; check each against the new code.\n\n" + fence.wrap(Self.list(earlier), as: "findings"))
        }
        parts.append("The whole diff:\n\n" + fence.wrap(diff, as: "diff"))
        return parts.joined(separator: "\n\n")
    }

    /// Findings as a numbered list: what, where, by which rule, and how to mend it.
    static func list(_ findings: [Finding]) -> String {
        findings.enumerated().map { index, finding in
            var lines = ["\(index + 1). [\(finding.severity.rawValue)] \(finding.message)"]
            if !finding.location.isEmpty { lines.append("   where: \(finding.location)") }
            if let evidence = finding.evidence { lines.append("   seen: \(evidence)") }
            lines.append("   rule: \(finding.rule)")
            if !finding.remedy.isEmpty { lines.append("   how to fix: \(finding.remedy)") }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private func head(_ role: String, phase: Phase?, attempt: Int) -> String {
        var lines = ["Role: \(role)", "Feature: \(feature)", "Run: \(run)"]
        if let phase { lines.append("Phase: \(phase.number) of \(phase.count)") }
        lines.append("Attempt: \(attempt)")
        return lines.joined(separator: "\n")
    }

    private var request: String {
        var text = "The feature request:\n\n" + fence.wrap(note, as: "feature note")
        if !answers.isEmpty { text += "\n\nQuestions about it, and what a person answered:\n\n" + fence.wrap(answers, as: "answers") }
        return text
    }
}

/// A part of a feature that is built, checked and committed by itself.
package struct Phase: Hashable, Sendable, Codable {
    /// From 1.
    package var number: Int
    package var count: Int
    package var title: String
    /// What the note says under its heading.
    package var text: String

    func assignment(_ fence: PromptFence) -> String {
        guard count > 1 else { return "The feature has one phase: all of it." }
        return "Your part is phase \(number) of \(count); earlier phases are committed.\n\n" + fence.wrap("\(title)\n\n\(text)", as: "phase")
    }
}
