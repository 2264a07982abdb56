internal import FerryModel
internal import FerryVault
internal import SystemPackage

/// Looks through the feature notes: what Ferry would ask about once they are planned.
struct FeatureLint: Sendable {
    let view: VaultView
    let models: ModelNames

    private typealias Entry = (path: FilePath, note: FeatureNote)

    /// Throws `Errno`, `CommandError`.
    func findings() throws -> [NoteFinding] {
        var scan = VaultScan(root: view.root, layout: view.layout)
        guard let notes = try scan.look() else {
            return [
                .init(
                    "\(view.layout.features)", nil, .error, "there is no such folder", remedy: "`ferry init` into an empty folder shows what it holds"
                )
            ]
        }
        var findings: [NoteFinding] = []
        var features: [Entry] = []
        for note in notes {
            if case .conflictCopy(let original) = note.name {
                findings.append(
                    .init(
                        note.path.string, nil, .warning, "a sync tool made this copy of `\(InertText.excerpt(original))`; it never runs",
                        remedy: "take over what you need, then delete it"))
                continue
            }
            guard let content = note.content else {
                findings.append(
                    .init(note.path.string, nil, .error, "it cannot be read, or is larger than 8 MiB", remedy: "make it readable or smaller"))
                continue
            }
            let feature = FeatureNote(parsing: content, path: note.path, prefix: view.settings.propertyPrefix)
            if feature.exclusion == nil { features.append((note.path, feature)) }
        }
        findings += try features.flatMap { try check($0, among: features) }
        return findings
    }

    private func check(_ entry: Entry, among features: [Entry]) throws -> [NoteFinding] {
        let path = entry.path.string
        let feature = entry.note
        var findings = feature.faults.map(NoteFinding.init)
        if let id = feature.id, let other = features.first(where: { $0.note.id == id && $0.path != entry.path }) {
            findings.append(
                .init(
                    path, nil, .error, "\(other.path) bears the id \(id), too, so neither runs",
                    remedy: "take the `id` line out of the copy, or delete it"))
        }
        if let model = feature.model, let problem = models.problem(with: model) {
            findings.append(.init(path, nil, .error, problem.what, remedy: problem.remedy))
        }
        let names = try view.repositories().map(\.name.rawValue)
        if let name = feature.repo, !names.contains(name) {
            let near = NearestWords.of(name, among: names)
            let remedy =
                names.isEmpty
                ? "add one with `ferry init DIR --repo PATH`"
                : near.isEmpty ? "the repositories are \(names.joined(separator: ", "))" : "did you mean \(near.joined(separator: ", "))?"
            findings.append(.init(path, nil, .error, "there is no repository `\(InertText.excerpt(name, limit: 60))`", remedy: remedy))
        }
        for reference in feature.dependsOn where !isKnown(reference, features) {
            findings.append(
                .init(
                    path, nil, .warning, "it depends on `\(InertText.excerpt(reference, limit: 60))`, which is not in the vault",
                    remedy: "correct `depends_on`, or add that note"))
        }
        return findings
    }

    private func isKnown(_ reference: String, _ features: [Entry]) -> Bool {
        if let id = FeatureID(reference) { return features.contains { $0.note.id == id } }
        return features.contains { $0.path.stem == reference || $0.note.title == reference }
    }
}
