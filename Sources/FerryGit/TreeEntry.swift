package import SystemPackage

/// A file of a commit.
package struct TreeEntry: Hashable, Sendable {
    /// Relative to the top folder, as bytes.
    package let path: FilePath
    package let mode: FileMode
    /// Bytes; 0 for a submodule.
    package let size: Int
    /// The name of its blob.
    let object: String
}

/// What git keeps of a file's mode.
package enum FileMode: String, Hashable, Sendable {
    case regular = "100644"
    case executable = "100755"
    case link = "120000"
    case submodule = "160000"
    /// The side of a change where the file is not there.
    case absent = "000000"

    /// Modes of old repositories (100664) read as what git makes of them.
    init(_ digits: some StringProtocol) { self = FileMode(rawValue: String(digits)) ?? .regular }
}
