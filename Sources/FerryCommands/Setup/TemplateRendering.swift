internal import FerryModel
internal import FerryVault
internal import SystemPackage

/// The template's files for a vault whose folders or keys have other names.
struct TemplateRendering: Sendable {
    let layout: VaultLayout
    /// What Ferry's keys begin with.
    let prefix: String
    /// The vault's folder relative to the one that Obsidian opens; empty where they are the same.
    let below: FilePath

    /// Names of the template with those of this vault, folders of features before the names below them.
    private var names: [(from: String, to: String)] {
        let usual = VaultLayout()
        let folders = [
            (usual.features, layout.features), (usual.agents, layout.agents), (usual.rules, layout.rules), (usual.runs, layout.runs),
            (usual.repositories, layout.repositories),
        ]
        let states = FeatureState.allCases.compactMap { state in usual.states[state].flatMap { from in layout.states[state].map { (from, $0) } } }
        return (folders + states).filter { $0 != $1 }.map { ($0.string, $1.string) }
    }

    func file(_ file: (path: String, content: String)) -> (path: FilePath, content: String) {
        var path = FilePath()
        for component in FilePath(file.path).components {
            let name = names.first { $0.from == component.string }?.to ?? component.string
            path.append(name)
        }
        var content = names.reduce(file.content) { $0.replacing($1.from, with: $1.to) }
        if file.path.hasSuffix(".base") {
            content = base(content)
        } else if !prefix.isEmpty {
            let keys = ["id", "status", "branch", "pr", "cost_usd"]
            content = content.replacing("`\(keys.joined(separator: " "))`", with: "`\(keys.map { prefix + $0 }.joined(separator: " "))`")
                .replacing("`status:`", with: "`\(prefix)status:`")
        }
        return (path, content)
    }

    /// Paths in a base count from Obsidian's vault. A key stands in one as `note.status` or `note["status"]`.
    private func base(_ text: String) -> String {
        var text = text
        if !below.isEmpty {
            let folder = layout.features.string
            text = text.replacing("inFolder(\"\(folder)\")", with: "inFolder(\"\(below.appending(folder).string)\")")
        }
        for key in ["id", "status", "branch", "pr", "cost_usd"] {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                // Whole words: `note.pr` is no part of `note.priority`.
                let line = line.replacing("note[\"\(key)\"]", with: "note[\"\(prefix)\(key)\"]")
                return Self.replacing("note.\(key)", in: String(line), with: "note.\(prefix)\(key)")
            }
            text = lines.joined(separator: "\n")
        }
        return text
    }

    private static func replacing(_ word: String, in line: String, with other: String) -> String {
        guard let range = line.firstRange(of: word) else { return line }
        let isWhole = line[range.upperBound...].first.map { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "-" } ?? true
        return isWhole ? line.replacingCharacters(of: range, with: other) : line
    }
}

extension String {
    fileprivate func replacingCharacters(of range: Range<String.Index>, with other: String) -> String {
        self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
