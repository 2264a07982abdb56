package import FerryModel
package import FerrySystem
package import SystemPackage

/// What the index knows of one note: where it lies, which version of it, and the two keys that say whether something may have to be decided.
package struct IndexedNote: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case note
        /// A sync tool's copy, or Ferry's own `(late save)`: shown, never run. The text is the name of the note that it is a copy of.
        case conflictCopy(of: String)
        /// No feature, by its front matter: Kanban, Excalidraw, Templater, `ferry: ignore`. A template that shows only in
        /// the body is a `note` here; `FeatureNote.exclusion` tells.
        case excluded
        /// Larger than `VaultIndex.sizeLimit`, or without the right to read it.
        case unreadable
    }

    /// Relative to the vault.
    package var path: FilePath
    /// The folder it lies in.
    package var state: FeatureState
    package var stamp: FileStamp
    /// The `id` key, where it holds an id. Only of kind `note`.
    package var id: FeatureID?
    /// The `status` key, where it holds a state. Only of kind `note`.
    package var noteStatus: FeatureState?
    package var kind: Kind

    /// What is wrong with a note that is `unreadable`; `nil` for others.
    package var fault: NoteFault? {
        guard kind == .unreadable else { return nil }
        let limit = VaultIndex.sizeLimit
        return stamp.size > limit
            ? NoteFault(
                path: path.string, line: nil, what: "it is larger than \(limit >> 20) MiB",
                remedy: "move its material into other notes, and link them", rule: .tooLarge)
            : NoteFault(path: path.string, line: nil, what: "it cannot be read", remedy: "give yourself the right to read it", rule: .unreadable)
    }
}

/// Where to look again.
package enum IndexScope: Hashable, Sendable {
    case everything
    /// Paths as a watcher names them, full or relative to the vault: files that may have changed, and folders with all below them.
    case paths(files: Set<FilePath>, folders: Set<FilePath>)
}
