/// Why git could not do its work. `message` says what is wrong and where, `remedy` what to do about it.
package struct GitError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// No git program on this machine, or one older than `GitProgram.minimumVersion`.
        case gitMissing, gitTooOld
        /// The folder is no repository, or lies below the top folder of one, or is a linked worktree.
        case notARepository, notTopFolder
        /// The repository has no commit yet.
        case noCommits
        /// The base branch that was named is not there.
        case baseBranchMissing
        /// The repository uses what Ferry cannot keep safe or whole: partial clone, submodules, LFS and like filters.
        case unsupported
        /// A file asked for is not in the commit, or is larger than the limit given.
        case fileMissing, fileTooLarge
        /// git or the file system refused; the message holds what it said.
        case failed
        /// git did not end in time.
        case endless
    }
    package let code: Code
    package let message: String
    package let remedy: String

    package init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    package var description: String { message + " " + remedy }
}
