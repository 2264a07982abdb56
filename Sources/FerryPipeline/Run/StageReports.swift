package import FerryModel

/// What a planner's report holds. The field names are the wire names of the report's schema.
package struct PlanReport: Hashable, Sendable, Codable {
    package struct Step: Hashable, Sendable, Codable {
        package var title: String
        package var files: [String]
        package var detail: String
    }
    package var summary: String
    package var steps: [Step]
    package var tests: [String]
    package var risks: [String]
    /// What only a person can answer; the run waits for it.
    package var questions: [String]
}

/// What a coder's report holds.
package struct CodeReport: Hashable, Sendable, Codable {
    package struct Answer: Hashable, Sendable, Codable {
        package var finding: String
        package var answer: String
    }
    package var summary: String
    /// How each finding was dealt with.
    package var answers: [Answer]
    package var questions: [String]
}

/// What a tester's report holds. It has findings, and no verdict.
package struct TestReport: Hashable, Sendable, Codable {
    package var summary: String
    package var testsAdded: [String]
    package var findings: [ReportedFinding]

    enum CodingKeys: String, CodingKey {
        case summary, findings
        case testsAdded = "tests_added"
    }
}

/// What a reviewer's report holds. Findings decide, the summary is for the person.
package struct ReviewReport: Hashable, Sendable, Codable {
    package var summary: String
    package var findings: [ReportedFinding]
}

/// A finding as an agent reports it.
package struct ReportedFinding: Hashable, Sendable, Codable {
    package var rule: String
    package var severity: Finding.Severity
    package var path: String
    package var line: Int?
    package var message: String
    package var fix: String

    package var finding: Finding {
        Finding(rule: rule, severity: severity, path: path, line: line.flatMap { $0 > 0 ? $0 : nil }, message: message, remedy: fix)
    }
}
