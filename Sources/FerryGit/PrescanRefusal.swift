package import SystemPackage

/// A reason why Ferry does not take over what lies in a worktree.
package struct PrescanRefusal: Hashable, Sendable, CustomStringConvertible {
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// A git directory, file or bare repository inside the tree.
        case nestedRepository
        /// A name that some file system takes for `.git`.
        case gitLookAlike
        /// FIFO, socket or device.
        case specialFile
        case setIdBits
        case hardLink
        /// A new or changed symbolic link that is absolute, or leads out of the tree or into a git directory.
        case escapingLink
        /// A line end or another control character in the name.
        case controlCharacter
        /// Ferry's user may not read it.
        case unreadable
        case tooManyFiles, tooManyBytes, tooDeep
        /// A submodule, or a new `.gitmodules`.
        case submodule
        /// git did not come to the end of the ignore patterns.
        case endlessPatterns
    }

    package let reason: Reason
    /// Relative to the worktree; the worktree itself is empty.
    package let path: FilePath

    /// The path on one line, for people; empty for the worktree itself.
    package var printablePath: String { path.isEmpty ? "" : GitCommand.excerpt(path.bytes) }

    /// A sentence for the person and the coder, with what to do about it. The path is printable.
    package var description: String {
        let name = path.isEmpty ? "the worktree" : "“\(printablePath)”"
        return switch reason {
        case .nestedRepository: "\(name) is a git repository inside the worktree; remove it or ignore it in .gitignore."
        case .gitLookAlike: "\(name) has a name that some systems take for .git; rename it."
        case .specialFile: "\(name) is a FIFO, socket or device; remove it."
        case .setIdBits: "\(name) has the set-user-id or set-group-id bit; take it away (chmod ug-s)."
        case .hardLink: "\(name) is a hard link; make it a file of its own or ignore it in .gitignore."
        case .escapingLink: "\(name) is a symbolic link that leads out of the repository; make it relative and inside."
        case .controlCharacter: "\(name) has a control character in its name; rename it."
        case .unreadable: "\(name) cannot be read; mend its mode (chmod u+rwX)."
        case .tooManyFiles: "\(name) has more new files than allowed; ignore what is generated in .gitignore."
        case .tooManyBytes: "\(name) has more new bytes than allowed; ignore what is generated in .gitignore."
        case .tooDeep: "\(name) lies deeper than allowed; remove it."
        case .submodule: "\(name) makes a submodule; Ferry does not take submodules."
        case .endlessPatterns: "git does not come to an end with the patterns of \(name); write them with fewer wildcards."
        }
    }
}

/// Bounds of what one snapshot takes over.
package struct PrescanLimits: Hashable, Sendable {
    /// Files that are not in the base commit and not ignored.
    package var newFiles = 20_000
    /// Bytes of these, and of files of the base that have another size now.
    package var newBytes: Int64 = 1 << 30
    package var depth = 200
    /// Of a path in the worktree: what is longer cannot be named from the root.
    package var pathBytes = 3072
    /// Entries of any kind, ignored ones too: what the scan itself looks at.
    package var entries = 2_000_000
    package init() {}
}
