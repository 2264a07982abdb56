internal import FerryModel
internal import FerrySystem
internal import FerryVault
internal import Glibc
internal import SystemPackage

/// What features depend on: whether it is there, and whether it comes back to them.
final class DependencyLint {
    private let view: VaultView
    private let index: VaultIndex
    private let notes: [IndexedNote]
    /// What was read of notes that are features; others are read when something leads to them.
    private var features: [FilePath: (id: FeatureID?, title: String, dependsOn: [String])] = [:]
    private let looked: [LintedFeature]
    /// All notes were read, so none has to be read for its title.
    private let isWhole: Bool
    /// What was looked for by title.
    private var titled: [String: FilePath?] = [:]
    private lazy var byStem = Dictionary(grouping: notes.filter { $0.kind == .note }.map(\.path)) { $0.stem ?? "" }
    private lazy var byTitle: [String: FilePath] = titles()

    init(view: VaultView, index: VaultIndex, notes: [IndexedNote], read: [LintedFeature], isWhole: Bool) {
        self.isWhole = isWhole
        self.view = view
        self.index = index
        self.notes = notes
        looked = read
        for feature in read { features[feature.path] = (feature.id, feature.title, feature.dependsOn) }
    }

    /// Throws `Errno`.
    func findings() throws -> [NoteFinding] {
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
        return byStem[reference]?.first ?? (isWhole ? byTitle[reference] : path(titled: reference))
    }

    /// Of a hundred thousand notes those few are parsed in which the longest word of the title stands.
    private func path(titled title: String) -> FilePath? {
        if let known = titled[title] { return known }
        let words = title.utf8.split { $0 < 0x80 && !(0x30...0x39).contains($0) && !(0x61...0x7A).contains($0 | 0x20) }
        let word = Array(words.max { $0.count < $1.count } ?? title.utf8[...])
        let paths = notes.filter { $0.kind == .note }.map(\.path)
        let found = word.isEmpty ? nil : paths.indices(holding: word, below: view.root).first { feature(at: paths[$0]).title == title }
        titled[title] = .some(found.map { paths[$0] })
        return found.map { paths[$0] }
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

extension [FilePath] {
    private static let pieceSize = 256

    /// The files in which these bytes stand, read on two threads; what cannot be read holds nothing.
    fileprivate func indices(holding word: [UInt8], below root: FilePath) -> [Int] {
        let pieces = stride(from: 0, to: count, by: Self.pieceSize).map { $0..<Swift.min($0 + Self.pieceSize, count) }
        let found = try? onTwoThreads(pieces.count) { [self] piece in
            pieces[piece].filter { (try? FileContents.read(root.pushing(self[$0]), limit: VaultIndex.sizeLimit))?.holds(word) ?? false }
        }
        return found?.flatMap(\.self) ?? []
    }
}

extension [UInt8] {
    fileprivate func holds(_ word: [UInt8]) -> Bool {
        withUnsafeBytes { text in
            word.withUnsafeBytes { word in
                guard let start = text.baseAddress, let first = word.first, let wanted = word.baseAddress else { return false }
                var place = 0
                while text.count - place >= word.count, let hit = memchr(start + place, Int32(first), text.count - place - word.count + 1) {
                    if memcmp(hit, wanted, word.count) == 0 { return true }
                    place = UnsafeRawPointer(hit) - start + 1
                }
                return false
            }
        }
    }
}
