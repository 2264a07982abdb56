internal import FerryModel
internal import FerrySandbox

/// What a rule's check printed: `path:line: level: message`, one finding a line. Tolerated: no line number, a column after it, no level.
struct RuleOutput: Hashable, Sendable {
    let findings: [Finding]
    /// For messages: the last line, or nothing.
    let lastWords: String

    static let mostFindings = 100
    static let longestMessage = 500

    init(_ output: PlainOutput, rule: ExecutableRule) {
        let lines = output.lines.filter { !$0.withoutIndent.isEmpty }
        lastWords = lines.last.map { " It said: " + $0.prefix(200) } ?? ""
        let parsed = lines.compactMap { Self.finding($0, rule) }
        if parsed.isEmpty, !lines.isEmpty {
            let text = lines.prefix(10).joined(separator: "\n").prefix(Self.longestMessage)
            findings = [Finding(rule: rule.name, severity: rule.severity, message: String(text), remedy: Self.remedy)]
        } else if parsed.count > Self.mostFindings {
            let rest = parsed.count - Self.mostFindings
            let more = Finding(rule: rule.name, severity: rule.severity, message: "\(rest) more findings of this rule are not listed.")
            findings = parsed[..<Self.mostFindings] + [more]
        } else {
            findings = parsed
        }
    }

    private static let remedy = "Change the code as the rule asks."

    private static func finding(_ line: String, _ rule: ExecutableRule) -> Finding? {
        let parts = line.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count >= 2, let path = path(parts[0]) else { return nil }
        var rest = parts[1...]
        let number = takeNumber(&rest)
        if number != nil { _ = takeNumber(&rest) }
        let level = rest.first.flatMap { Finding.Severity(rawValue: $0.withoutIndent.lowercased()) }
        if level != nil { rest = rest.dropFirst() }
        guard number != nil || level != nil else { return nil }
        let message = rest.joined(separator: ":").withoutIndent.prefix(longestMessage)
        return Finding(
            rule: rule.name, severity: min(level ?? rule.severity, rule.severity), path: path, line: number,
            message: message.isEmpty ? "The rule is broken here." : String(message), remedy: remedy)
    }

    private static func takeNumber(_ parts: inout ArraySlice<Substring>) -> Int? {
        guard let first = parts.first, let number = Int(first.withoutIndent), number > 0 else { return nil }
        parts = parts.dropFirst()
        return number
    }

    /// Relative to the repository; tools often print the guest's path or begin with `./`.
    private static func path(_ text: Substring) -> String? {
        var path = text.withoutIndent
        if path.hasPrefix(SandboxPolicy.guestWorktree + "/") { path = path.dropFirst(SandboxPolicy.guestWorktree.count + 1) }
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        let isInside = !path.isEmpty && !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
        return isInside ? String(path) : nil
    }
}
