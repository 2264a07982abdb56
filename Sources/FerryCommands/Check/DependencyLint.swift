internal import FerryModel
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// What features depend on: whether it is there, and whether it comes back to them.
final class DependencyLint {
    private let view: VaultView
    private let index: VaultIndex
    private let notes: [IndexedNote]
    /// What was read of notes that are features; others are read when something leads to them.
    private var features: [FilePath: (id: FeatureID?, title: String, dependsOn: [String])] = [:]
    private let looked: [LintedFeature]
    private lazy var byStem = Dictionary(grouping: notes.filter { $0.kind == .note }.map(\.path)) { $0.stem ?? "" }
    private lazy var byTitle: [String: FilePath] = titles()

    init(view: VaultView, index: VaultIndex, notes: [IndexedNote], read: [LintedFeature]) {
        self.view = view
        self.index = index
        self.notes = notes
        looked = read
        for feature in read { features[feature.path] = (feature.id, feature.title, feature.dependsOn) }
    }

    /// `isWhole`: all notes were read, so none has to be read for its title. Throws `Errno`.
    func findings(isWhole: Bool) throws -> [NoteFinding] {
        var cycles = DependencyCycles<FilePath> { path in self.feature(at: path).dependsOn.compactMap(self.resolve) }
        var findings: [NoteFinding] = []
        for feature in looked where !feature.dependsOn.isEmpty {
            for reference in feature.dependsOn where resolve(reference) == nil {
                findings.append(
                    .init(
                        .unknownDependency, feature.path.string, feature.line(of: "depends_on"),
                        "it depends on `\(InertText.excerpt(reference, limit: 60))`, which is not in the vault",
                        remedy: "correct `depends_on`, or add that note"))
            }
            try cycles.look(from: feature.path)
        }
        let wanted = Dictionary(looked.map { ($0.path, $0) }) { first, _ in first }
        for cycle in cycles.cycles {
            for path in cycle {
                guard let feature = wanted[path] else { continue }
                findings.append(
                    .init(
                        .dependencyCycle, path.string, feature.line(of: "depends_on"),
                        "it waits for itself: \(chain(from: path, within: Set(cycle)))",
                        remedy: "take one `depends_on` out"))
            }
        }
        return findings
    }

    /// The feature that a reference means: an id, a file's name, or a title, as the dispatcher takes it.
    private func resolve(_ reference: String) -> FilePath? {
        if let id = FeatureID(reference) { return index.notes(bearing: id).map(\.path).min { $0.string < $1.string } }
        return byStem[reference]?.first ?? byTitle[reference]
    }

    private func feature(at path: FilePath) -> (id: FeatureID?, title: String, dependsOn: [String]) {
        if let known = features[path] { return known }
        let content = try? FileContents.read(view.root.pushing(path), limit: VaultIndex.sizeLimit)
        let note = FeatureNote(parsing: content ?? [], path: path, prefix: view.settings.propertyPrefix)
        features[path] = (note.id, note.title, note.dependsOn)
        return (note.id, note.title, note.dependsOn)
    }

    private func titles() -> [String: FilePath] {
        Dictionary(notes.filter { $0.kind == .note }.map { (feature(at: $0.path).title, $0.path) }) { first, _ in first }
    }

    /// The shortest way back: `FR-001 → FR-002 → FR-001`.
    private func chain(from start: FilePath, within cycle: Set<FilePath>) -> String {
        guard cycle.count <= 100 else { return "\(cycle.count) features depend on each other in circles" }
        var ways: [[FilePath]] = [[start]]
        var seen: Set<FilePath> = []
        while !ways.isEmpty {
            let way = ways.removeFirst()
            for next in feature(at: way[way.count - 1]).dependsOn.compactMap(resolve) where cycle.contains(next) {
                if next == start { return (way + [start]).map(name).joined(separator: " → ") }
                if seen.insert(next).inserted { ways.append(way + [next]) }
            }
        }
        return name(start)
    }

    private func name(_ path: FilePath) -> String { feature(at: path).id?.description ?? InertText.excerpt(path.stem ?? "", limit: 60) }
}
