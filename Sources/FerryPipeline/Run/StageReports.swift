package import FerryModel

/// What a planner's report holds.
package struct PlanReport: Hashable, Sendable, Codable {
    package var summary: String
    /// Markdown.
    package var plan: String
    /// What only a person can answer; the run waits for it.
    package var questions: [String]
}

/// What a coder's report holds.
package struct CodeReport: Hashable, Sendable, Codable {
    package struct Answer: Hashable, Sendable, Codable {
        /// The finding's number, from 1.
        package var finding: Int
        package var result: String
        package var how: String
    }
    package var summary: String
    /// How each finding was dealt with.
    package var answers: [Answer]
    package var questions: [String]
}

/// What a tester's and a reviewer's report holds. The findings decide; the summary is for the person.
package struct FindingsReport: Hashable, Sendable, Codable {
    package struct Item: Hashable, Sendable, Codable {
        package var rule: String
        package var severity: Finding.Severity
        package var path: String
        /// 0 where the whole file is meant.
        package var line: Int
        package var message: String
        package var fix: String

        package var finding: Finding {
            Finding(rule: rule, severity: severity, path: path, line: line > 0 ? line : nil, message: message, remedy: fix)
        }
    }
    package var summary: String
    package var findings: [Item]
}
