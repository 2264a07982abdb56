internal import FerryModel
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Looks through the notes of the state folders: what Ferry would refuse, or ask about, once they are planned.
///
/// The whole vault is listed, which an index makes cheap; read are all notes, or those that are wanted and the ones they depend on.
struct FeatureLint: Sendable {
    let view: VaultView
    let known: KnownNames
    /// Relative to the vault; `nil` for all.
    let wanted: Set<FilePath>?
    /// What the service knows of the notes: those that have not changed since need not be read for the index.
    var stored: [(folder: FilePath, entries: [UInt8])] = []

    struct Outcome: Sendable {
        var findings: [NoteFinding] = []
        var ignored: [CheckReport.Ignored] = []
        var notes = 0
    }

    /// Blocks on the disk. Throws `Errno`.
    func outcome() throws -> Outcome {
        var index = VaultIndex(root: view.root, layout: view.layout, prefix: view.settings.propertyPrefix)
        index.restore(stored)
        guard let delta = try index.refresh(.everything) else {
            let remedy = "`ferry init` into an empty folder shows what it holds; if the vault lies on another disk or a share, mount it"
            return Outcome(findings: [.init(.noFeatures, "\(view.layout.features)", nil, "there is no such folder", remedy: remedy)])
        }
        let notes = FeatureState.allCases.flatMap { Array(index.notes(in: $0)) }
        let chosen = wanted.map { wanted in notes.filter { wanted.contains($0.path) } } ?? notes
        let (linted, unreadable) = try lint(chosen)
        var outcome = Outcome(findings: linted.flatMap(\.findings) + unreadable, notes: chosen.count)
        outcome.ignored = linted.compactMap { note in note.exclusion.map { .init(path: note.path.string, why: $0.rawValue) } }
        outcome.findings += chosen.compactMap(fileFinding)
        outcome.findings += chosen.compactMap { $0.kind == .note ? NoteNames.unsafe($0.path) : nil }
        outcome.findings += NoteNames.doubles(notes.filter { $0.kind == .note }.map(\.path)) { wanted?.contains($0) ?? true }
        if wanted == nil { outcome.findings += delta.leftovers.map(Self.leftover) }
        outcome.findings += try linkFindings()
        let features = linted.filter { $0.exclusion == nil }
        outcome.findings += doubleIDs(features, index)
        outcome.findings += try DependencyLint(view: view, index: index, notes: notes, read: features, isWhole: wanted == nil).findings()
        return outcome
    }

    // MARK: Each note by itself

    /// How many notes one thread reads before it takes the next piece.
    private static let pieceSize = 64

    private func lint(_ notes: [IndexedNote]) throws -> (features: [LintedFeature], unreadable: [NoteFinding]) {
        let readable = notes.filter { $0.kind == .note || $0.kind == .excluded }
        let pieces = stride(from: 0, to: readable.count, by: Self.pieceSize).map { $0..<min($0 + Self.pieceSize, readable.count) }
        let looks = try onTwoThreads(pieces.count) { piece in try readable[pieces[piece]].map { try lint($0) } }.flatMap(\.self)
        return (looks.compactMap(\.feature), looks.compactMap(\.unreadable))
    }

    /// Neither where it has gone away since it was listed.
    private func lint(_ note: IndexedNote) throws -> (feature: LintedFeature?, unreadable: NoteFinding?) {
        do {
            let content = try FileContents.read(view.root.pushing(note.path), limit: VaultIndex.sizeLimit)
            return (LintedFeature(content, path: note.path, state: note.state, prefix: view.settings.propertyPrefix, knows: known), nil)
        } catch let error as Errno {
            switch error {
            case .noSuchFileOrDirectory: return (nil, nil)
            // The index opens no empty file, and rights may have changed since.
            case .permissionDenied, .notPermitted:
                var unreadable = note
                unreadable.kind = .unreadable
                return (nil, unreadable.fault.map(NoteFinding.init))
            default: throw error
            }
        }
    }

    private func fileFinding(_ note: IndexedNote) -> NoteFinding? {
        let path = note.path.string
        switch note.kind {
        case .note, .excluded: return nil
        case .unreadable: return note.fault.map(NoteFinding.init)
        case .conflictCopy(let original): return Self.copy(path, of: InertText.excerpt(original))
        }
    }

    private static func copy(_ path: String, of original: String) -> NoteFinding {
        let remedy = "take over what you need, then delete it"
        func bears(_ copy: KeptCopy) -> Bool { path.contains("(\(copy.rawValue)") }
        if bears(.lateSave) {
            return .init(.lateSave, path, nil, "Ferry kept this save of `\(original)`, which came late and could not be merged", remedy: remedy)
        }
        if bears(.recovered) {
            return .init(.recovered, path, nil, "Ferry kept this version of `\(original)` when it was ended in the middle of a write", remedy: remedy)
        }
        if bears(.yourEdit) { return .init(.yourEdit, path, nil, "Ferry kept what you wrote into its own `\(original)`", remedy: remedy) }
        return .init(.conflictCopy, path, nil, "a sync tool made this copy of `\(original)`; it never runs", remedy: remedy)
    }

    private static func leftover(_ path: FilePath) -> NoteFinding {
        .init(
            .leftover, path.string, nil, "a write of Ferry's is under way, or was cut off, here",
            remedy: "nothing: the service takes care of it when it starts")
    }

    // MARK: What an index leaves out

    /// Links are never features, whatever they lead to; a person may have meant them so. Nor is what lies too deep.
    private func linkFindings() throws -> [NoteFinding] {
        guard let wanted else { return FeatureState.allCases.flatMap { outside(view.layout.folder(of: $0), depth: 0) } }
        return try wanted.filter { try FileStatus.ifPresent(view.root.pushing($0))?.kind == .link }.compactMap(link)
    }

    private func link(_ path: FilePath) -> NoteFinding? {
        guard NoteName(path) == .note, view.layout.place(of: path) != nil else { return nil }
        return .init(.link, path.string, nil, "it is a symbolic link, and Ferry follows none", remedy: "put the note itself here")
    }

    /// A link that may lead to a folder of notes.
    private func folderLink(_ path: FilePath) -> NoteFinding? {
        guard path.extension == nil, path.lastComponent?.string.hasPrefix(".") == false else { return nil }
        return .init(.link, path.string, nil, "it is a symbolic link, and Ferry follows none", remedy: "put the folder itself here")
    }

    private func outside(_ folder: FilePath, depth: Int) -> [NoteFinding] {
        let entries: [Directory.Entry]
        do {
            let full = view.root.pushing(folder)
            entries = try Directory.entries(of: full)
            // Where folders may be listed and not entered, this alone fails.
            _ = try FileStatus.ifPresent(full.appending("."))
        } catch Errno.permissionDenied {
            let what = "the folder cannot be read, so no note in it is seen"
            return [.init(.unreadable, folder.string, nil, what, remedy: "give yourself the right to read it (`chmod u+rwx`)")]
        } catch { return [] }
        return entries.flatMap { entry -> [NoteFinding] in
            let path = folder.appending(entry.name)
            switch entry.kind {
            case .link: return (link(path) ?? folderLink(path)).map { [$0] } ?? []
            case .directory where !entry.name.withBytes(NoteName.isIgnoredFolder):
                guard depth >= VaultIndex.depthLimit else { return outside(path, depth: depth + 1) }
                let what = "it lies deeper than \(VaultIndex.depthLimit) folders, and Ferry looks no further"
                return [.init(.tooDeep, path.string, nil, what, remedy: "move it up")]
            default: return []
            }
        }
    }

    // MARK: Ids

    private func doubleIDs(_ features: [LintedFeature], _ index: VaultIndex) -> [NoteFinding] {
        let doubled = Set(index.doubledIDs)
        return features.compactMap { feature in
            guard let id = feature.id, doubled.contains(id),
                let other = index.notes(bearing: id).map(\.path).filter({ $0 != feature.path }).map(\.string).min()
            else { return nil }
            return .init(
                .doubleID, feature.path.string, feature.line(of: "\(view.settings.propertyPrefix)id"),
                "\(other) bears the id \(id), too, so neither runs",
                remedy: "take the `id` line out of the copy, or delete it")
        }
    }
}
