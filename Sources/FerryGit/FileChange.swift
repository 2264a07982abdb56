package import SystemPackage

/// One file that differs between two commits. A rename is a deletion and an addition.
package struct FileChange: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case added = "A"
        case modified = "M"
        case deleted = "D"
        /// A file became a link, or the other way round.
        case typeChanged = "T"
    }
    package let path: FilePath
    package let kind: Kind
    package let oldMode: FileMode
    package let newMode: FileMode
    /// Lines; `nil` for a binary file.
    package let addedLines: Int?
    package let deletedLines: Int?

    package var isBinary: Bool { addedLines == nil }

    package init(path: FilePath, kind: Kind, oldMode: FileMode, newMode: FileMode, addedLines: Int?, deletedLines: Int?) {
        self.path = path
        self.kind = kind
        self.oldMode = oldMode
        self.newMode = newMode
        self.addedLines = addedLines
        self.deletedLines = deletedLines
    }
}

/// A unified diff as git prints it.
package struct DiffText: Hashable, Sendable {
    package let bytes: [UInt8]
    /// Whether it was cut at the limit.
    package let isTruncated: Bool
}
