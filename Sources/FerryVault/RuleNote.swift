package import FerryModel

/// A review rule: prose for the reviewer and, if it has one, a check that Ferry runs itself. A note of `30_review_rules/`.
package struct RuleNote: Hashable, Sendable {
    /// The checks that are built into Ferry and may be named by `gate`; the note then switches one and explains it.
    package static let gates = [
        "protected-paths", "scope", "file-names", "hidden-characters", "secrets", "conflict-markers", "deleted-tests", "binary-files", "size",
        "licence-headers", "sensitive-files",
    ]

    /// A shell script in a fenced block with the language `sh check`.
    package struct Check: Hashable, Sendable {
        package let script: String
        /// The line of the script's first line in the note.
        package let line: Int
    }

    /// The file's name without `.md`.
    package let name: String
    /// Empty: all files.
    package let appliesTo: [PathPattern]
    package let severity: Finding.Severity
    /// For the check.
    package let timeout: Duration
    /// One of `gates`.
    package let gate: String?
    /// `enabled: false` switches a rule off and keeps its note.
    package let isEnabled: Bool
    package let check: Check?
    /// The rule in words, without the check.
    package let prose: String
    package let faults: [NoteFault]

    /// Never fails: what cannot be read has its default and a fault. A note with faults is not to be used.
    package init(_ note: NoteBytes, path: String) {
        var reader = NoteReader(note, path: path, isStrict: true)
        let body = MarkdownBody(note)
        name = NotePath.stem(path)
        appliesTo = reader.patterns("applies_to")
        severity = reader.word("severity", Finding.Severity.self) ?? .warning
        isEnabled = reader.text("enabled")?.lowercased() != "false"
        timeout = .seconds(reader.wholeNumber("timeout", 1...3600, example: 60) ?? 60)
        gate = Self.gate(&reader)
        let checks = body.codeBlocks.filter { $0.info.split(separator: " ").elementsEqual(["sh", "check"]) }
        check = checks.first.map { Check(script: $0.content, line: $0.line + 1) }
        prose = Self.prose(body, without: checks.first)
        if checks.count > 1 { reader.fault(checks[1].line, "the rule has a second check", "make it a rule of its own") }
        if let unclosed = checks.first(where: \.isUnclosed) {
            reader.fault(unclosed.line, "the check is not closed", "end it with a line of three backticks")
        }
        if let check, check.script.trimmingBlanks.isEmpty {
            reader.fault(check.line - 1, "the check is empty", "write a shell script, or remove the block")
        }
        if gate != nil, check != nil {
            reader.fault(reader.line(of: "gate"), "the rule names a gate and has a check", "keep one of the two")
        }
        if prose.isEmpty { reader.fault(nil, "the rule says nothing", "write below the keys what a change must keep to") }
        faults = reader.finish()
    }

    private static func gate(_ reader: inout NoteReader) -> String? {
        guard let gate = reader.text("gate") else { return nil }
        if gates.contains(gate) { return gate }
        reader.fault(reader.line(of: "gate"), "gate is `\(InertText.excerpt(gate, limit: 60))`", "write one of \(gates.joined(separator: ", "))")
        return nil
    }

    private static func prose(_ body: MarkdownBody, without check: MarkdownBody.CodeBlock?) -> String {
        guard let check else { return body.text(body.lineNumbers) }
        let before = body.text(body.lineNumbers.lowerBound..<check.line)
        let after = body.text((check.lastLine + 1)..<max(body.lineNumbers.upperBound, check.lastLine + 1))
        return [before, after].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
}
