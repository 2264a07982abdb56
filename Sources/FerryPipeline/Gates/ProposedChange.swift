/// What a commit changes, as gates see it: both sides of every file, read from git and never from the agent's folder.
package struct ProposedChange: Hashable, Sendable {
    package var files: [ChangedFile]

    package init(_ files: [ChangedFile]) { self.files = files }

    /// Added and deleted lines of all files.
    package var changedLines: Int { files.reduce(0) { $0 + $1.addedLines + $1.deletedLines } }
}

/// One file of a change. Renames are a deletion and an addition.
package struct ChangedFile: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, Codable {
        case added, modified, deleted
        /// File, link or submodule became another of these.
        case typeChanged
    }

    /// Git's file modes: `100644`, `100755`, `120000` (link), `160000` (submodule); 0 where the file is absent.
    package enum Mode {
        package static let regular: UInt32 = 0o100644
        package static let executable: UInt32 = 0o100755
        package static let link: UInt32 = 0o120000
        package static let submodule: UInt32 = 0o160000
    }

    /// The path's bytes, relative to the repository.
    package let pathBytes: [UInt8]
    /// The path for people and patterns; bytes that are no UTF-8 are U+FFFD.
    package let path: String
    package let kind: Kind
    package let before: FileContent
    package let after: FileContent
    package let oldMode: UInt32
    package let newMode: UInt32
    package let addedLines: Int
    package let deletedLines: Int

    /// `addedLines` and `deletedLines` are counted from both texts where they are not given.
    package init(
        pathBytes: [UInt8], kind: Kind, before: FileContent, after: FileContent, oldMode: UInt32, newMode: UInt32,
        addedLines: Int? = nil, deletedLines: Int? = nil
    ) {
        self.pathBytes = pathBytes
        self.path = pathBytes.text
        self.kind = kind
        self.before = before
        self.after = after
        self.oldMode = oldMode
        self.newMode = newMode
        self.addedLines = addedLines ?? after.text.map { $0.lines(notIn: before.text).count } ?? 0
        self.deletedLines = deletedLines ?? before.text.map { $0.lines(notIn: after.text).count } ?? 0
    }

    package var isBinary: Bool { before.isBinary || after.isBinary }
    package var becameExecutable: Bool { newMode == Mode.executable && oldMode != Mode.executable }
    package var isLink: Bool { newMode == Mode.link }
    package var isSubmodule: Bool { newMode == Mode.submodule || oldMode == Mode.submodule }

    /// The lines that the change brings in.
    package var newLines: [SourceText.Line] { after.text?.lines(notIn: before.text) ?? [] }
}
