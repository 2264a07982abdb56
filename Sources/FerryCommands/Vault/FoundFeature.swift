internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// A feature's note as it lies in the vault, with what the service has recorded of the feature.
struct FoundFeature: Hashable, Sendable {
    /// Relative to the vault.
    let path: FilePath
    /// By its folder.
    let state: FeatureState
    let note: FeatureNote
    /// `nil` before the service has seen it.
    let record: FeatureRecord?
    /// The note is there and cannot be read: nothing of `note` is so.
    var isUnreadable = false

    /// From the note, or from the record while the note does not bear it yet.
    var id: FeatureID? { note.id ?? record?.id }
    /// How a person may name it in a command.
    var name: String { id?.description ?? quoted(SafeText.line(path.stem ?? path.string)) }
    /// One line, safe for a terminal.
    var title: String { InertText.excerpt(note.title) }
    /// `FR-001 Discount codes`
    var heading: String { id.map { "\($0) \(title)" } ?? title }

    private func quoted(_ text: String) -> String { text.contains(" ") ? "\"\(text)\"" : text }
}

/// All features of a vault.
struct FeatureList: Sendable {
    /// By id, those without one last, by path.
    let features: [FoundFeature]
    let root: FilePath

    /// Reads every note of the state folders; `records` are those of the service. A note that cannot be read counts where the service knows its feature.
    init(_ view: VaultView, records: [FeatureRecord]) throws {
        root = view.root
        let byID = Dictionary(records.map { ($0.id, $0) }) { $1 }
        let byPath = Dictionary(records.map { ($0.path, $0) }) { $1 }
        let readable = try view.notes().compactMap { note -> FoundFeature? in
            guard let content = try? FileContents.read(view.root.pushing(note.path), limit: VaultIndex.sizeLimit) else { return nil }
            let parsed = FeatureNote(parsing: content, path: note.path, prefix: view.settings.propertyPrefix)
            guard parsed.exclusion == nil else { return nil }
            return FoundFeature(path: note.path, state: note.state, note: parsed, record: parsed.id.flatMap { byID[$0] } ?? byPath[note.path])
        }
        features = (readable + Self.closed(records, readable, view)).sorted { Self.order($0) < Self.order($1) }
    }

    /// Features whose notes are there and cannot be read.
    private static func closed(_ records: [FeatureRecord], _ readable: [FoundFeature], _ view: VaultView) -> [FoundFeature] {
        let read = Set(readable.flatMap { [$0.id, $0.record?.id].compactMap(\.self) })
        return records.compactMap { record in
            guard record.isPresent, !read.contains(record.id), let state = view.layout.place(of: record.path)?.state,
                (try? FileStatus.ifPresent(view.root.pushing(record.path)))??.kind == .regular,
                (try? FileContents.read(view.root.pushing(record.path), limit: VaultIndex.sizeLimit)) == nil
            else { return nil }
            return FoundFeature(
                path: record.path, state: state, note: FeatureNote(parsing: [], path: record.path), record: record, isUnreadable: true)
        }
    }

    private static func order(_ feature: FoundFeature) -> (String, Int, String) {
        (feature.id?.prefix ?? "~", feature.id?.number ?? 0, feature.path.string)
    }

    /// The feature that a person means by an id, a file name (with or without `.md`), or a path from here or from the vault.
    /// Throws `CommandError` where none or several fit.
    func find(_ word: String, from folder: FilePath = WorkingFolder.path) throws -> FoundFeature {
        let found = matches(word, folder)
        if found.count == 1 { return found[0] }
        if found.count > 1 {
            throw CommandError(
                .failed, "\(word) may be \(found.count) features: \(found.map { "\($0.path)" }.joined(separator: ", ")).",
                remedy: "Give its path. Where two notes bear one id, take the `id` line out of the copy, or delete it.")
        }
        let near = NearestWords.of(word, among: features.flatMap { [$0.id?.description, $0.path.stem].compactMap { $0 } })
        let remedy = near.isEmpty ? "`ferry status` lists what is there." : "Did you mean \(near.joined(separator: ", "))?"
        throw CommandError(
            .failed, "There is no feature `\(InertText.excerpt(word, limit: 80))` in the vault \(WorkingFolder.shown(root)).", remedy: remedy)
    }

    private func matches(_ word: String, _ folder: FilePath) -> [FoundFeature] {
        if let id = FeatureID(word.uppercased()) {
            let found = features.filter { $0.id == id }
            if !found.isEmpty { return found }
        }
        let path = WorkingFolder.resolved(folder.pushing(FilePath(word)))
        let exact = features.filter { WorkingFolder.resolved(root.pushing($0.path)) == path || $0.path == FilePath(word) }
        if !exact.isEmpty { return exact }
        let stem = word.lowercased().hasSuffix(".md") ? String(word.dropLast(3)) : word
        let named = features.filter { $0.path.stem == stem || $0.path.stem == word }
        return named.isEmpty ? features.filter { $0.path.stem?.lowercased() == stem.lowercased() } : named
    }
}
