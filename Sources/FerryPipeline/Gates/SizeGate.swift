package import FerryModel

/// How large a change may be. Above the first number it is said, above ten times that it goes back.
package struct SizeLimits: Hashable, Sendable {
    package var files = 40
    /// Added and deleted, without lock files.
    package var lines = 1500
    /// Of one new or changed text file.
    package var fileBytes = 512 << 10

    package init() {}
}

/// Tells when a change is larger than a person can review.
package struct SizeGate: Gate {
    package let name = "size"
    package let purpose = "Tells when a change is larger than a person can review: files, lines, the length of one file."

    /// A change this many times above a limit is an error instead of a warning.
    static let excess = 10

    package init() {}

    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        let limits = context.size
        let counted = change.files.filter { !Self.isLockFile($0.path) }
        let lines = counted.reduce(0) { $0 + $1.addedLines + $1.deletedLines }
        var findings: [Finding] = []
        if change.files.count > limits.files { findings.append(whole(change.files.count, limits.files, "files")) }
        if lines > limits.lines { findings.append(whole(lines, limits.lines, "lines")) }
        for file in counted {
            guard let bytes = Self.textBytes(file), bytes > limits.fileBytes else { continue }
            findings.append(
                Finding(
                    rule: name, severity: .warning, path: file.path,
                    message: "The file has \(bytes) bytes; more than \(limits.fileBytes) cannot be reviewed.",
                    remedy: "Split it, or generate it when it is needed instead of committing it."))
        }
        return findings
    }

    private func whole(_ count: Int, _ limit: Int, _ what: String) -> Finding {
        Finding(
            rule: name, severity: count > limit * Self.excess ? .error : .warning,
            message: "The change touches \(count) \(what); up to \(limit) can be reviewed well.",
            remedy: "Leave out what the feature does not need (generated files, reformatting), or split the feature into phases.")
    }

    private static func textBytes(_ file: ChangedFile) -> Int? {
        switch file.after {
        case .text(let text): text.lines.reduce(0) { $0 + $1.count + 1 }
        case .tooLong(let bytes): bytes
        case .absent, .binary: nil
        }
    }

    /// Lists of resolved dependencies, which tools write and nobody reviews line by line.
    static func isLockFile(_ path: String) -> Bool {
        let names: Set<Substring> = [
            "Cargo.lock", "Gemfile.lock", "Package.resolved", "Pipfile.lock", "composer.lock", "go.sum", "npm-shrinkwrap.json",
            "package-lock.json", "pnpm-lock.yaml", "poetry.lock", "uv.lock", "yarn.lock",
        ]
        return path.split(separator: "/").last.map(names.contains) ?? false
    }
}
