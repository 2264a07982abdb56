package import FerryModel
internal import FerryVault

extension ProposedChange {
    /// The findings with what each rests on: its line as it stands, else the size of what happened to its file or to all of them.
    /// A line that holds a secret is never quoted, whichever rule found it.
    package func quoting(_ findings: [Finding]) -> [Finding] {
        findings.map { finding in
            guard finding.evidence == nil else { return finding }
            var finding = finding
            finding.evidence = evidence(for: finding)
            return finding
        }
    }

    private static let longestQuote = 160

    private func evidence(for finding: Finding) -> String {
        guard !finding.path.isEmpty else { return "\(files.count) files, \(changedLines) lines" }
        guard let file = files.first(where: { $0.path == finding.path }) else { return "not part of the change" }
        if let line = finding.line, let quote = file.quote(line, limit: Self.longestQuote) { return quote }
        return switch file.after {
        case .binary(_, let bytes): "\(file.kind.verb), binary, \(bytes) bytes"
        case .tooLong(let bytes): "\(file.kind.verb), \(bytes) bytes"
        case .absent, .text: "\(file.kind.verb), +\(file.addedLines) −\(file.deletedLines)"
        }
    }
}

extension ChangedFile {
    /// The line after the change, safe to show; `nil` where there is none.
    fileprivate func quote(_ number: Int, limit: Int) -> String? {
        guard let lines = after.text?.lines, lines.indices.contains(number - 1) else { return nil }
        let line = lines[number - 1]
        let next = lines.indices.contains(number) ? lines[number] : []
        if Secret(in: line, next: next) != nil { return "a line of \(line.count) bytes, not shown" }
        let text = SafeText.showingHidden(String(decoding: line.trimmed.prefix(limit), as: UTF8.self))
        return text.isEmpty ? "an empty line" : text + (line.trimmed.count > limit ? "…" : "")
    }
}
