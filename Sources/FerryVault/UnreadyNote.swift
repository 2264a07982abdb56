package import SystemPackage

/// Why there is nothing to work on yet in a note that lies in planned: somebody is still writing it.
package enum UnreadyNote: Hashable, Sendable {
    /// Nothing but front matter, Ferry's block and blanks.
    case empty
    /// It bears the name of a note that has no name yet.
    case untitled
    /// An editor shows by a lock or swap file that it has it open.
    case open

    /// `nil` for a note that is ready. `note` is its full path; `exists` must not follow a link.
    package init?(_ note: FilePath, isEmpty: Bool, exists: (FilePath) -> Bool) {
        if isEmpty {
            self = .empty
        } else if NoteName.isUntitled(note) {
            self = .untitled
        } else if NoteName.isOpenInEditor(note, exists: exists) {
            self = .open
        } else {
            return nil
        }
    }

    /// What it waits for, for a person.
    package var sentence: String {
        switch self {
        case .empty: "The note is empty. Write what is wanted; a heading, or one line, is enough."
        case .untitled: "The note has no name yet. Rename it."
        case .open: "The note is open in an editor. Ferry waits until it is closed, in case you are still writing."
        }
    }
}
