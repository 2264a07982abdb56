internal import FerrySystem
package import SystemPackage

/// A folder that Ferry checked a commit out into, for agents to work in.
/// git knows nothing of it: no entry in the user's repository, no git directory inside.
package struct Worktree: Hashable, Sendable {
    package let folder: FilePath
    /// The commit that the folder was made from, or last restored to.
    package let base: CommitID

    /// Names the base; there only while the folder is whole. It lies beside, where nothing in the folder reaches it.
    static func marker(of folder: FilePath) -> FilePath {
        folder.removingLastComponent().appending((folder.lastComponent?.string ?? "") + ".worktree")
    }

    /// Ferry's own index of it, so that only files that changed are read again.
    static func index(of folder: FilePath) -> FilePath {
        folder.removingLastComponent().appending((folder.lastComponent?.string ?? "") + ".index")
    }

    /// The worktree that was made here before; `nil` where there is none or its making was interrupted.
    package static func open(at folder: FilePath) -> Worktree? {
        guard let bytes = try? FileContents.read(marker(of: folder), limit: 256),
            let base = CommitID(String(decoding: bytes, as: UTF8.self).trimmingLineEnd),
            (try? FileStatus(of: folder))?.kind == .directory
        else { return nil }
        return Worktree(folder: folder, base: base)
    }

    /// Removes folder, marker and index, also a left-over of an interrupted making. Blocks while it does so. Throws `Errno`.
    package static func remove(at folder: FilePath) throws {
        try Directory.removeTree(marker(of: folder))
        try Directory.removeTree(index(of: folder))
        try Directory.removeTree(FilePath(index(of: folder).string + ".lock"))
        try Directory.removeTree(folder)
    }
}

extension GitRepository {
    /// Checks `commit` out into a fresh folder, or another tree that was made from it; what was there before is removed.
    /// `folder` is an absolute path of Ferry's own.
    @concurrent
    package func createWorktree(at folder: FilePath, from commit: CommitID, holding tree: TreeID? = nil) async throws -> Worktree {
        let folder = try Self.absolute(folder)
        return try await withFileErrors("making the worktree \(folder)") {
            try await failpoint(.worktreeBeforeIntent)
            try Worktree.remove(at: folder)
            try Directory.create(folder, mode: 0o700)
            try await failpoint(.worktreeAfterIntent)
            try await checkOut(tree?.hex ?? commit.hex, into: folder, index: Worktree.index(of: folder))
            try await failpoint(.worktreeAfterSend)
            try FileContents.write(Array("\(commit.hex)\n".utf8), to: Worktree.marker(of: folder))
            try await failpoint(.worktreeAfterEffect)
            return Worktree(folder: folder, base: commit)
        }
    }

    /// Puts the worktree back to exactly `commit`: everything else in it is gone, ignored files included.
    package func restore(_ worktree: Worktree, to commit: CommitID) async throws -> Worktree {
        try await createWorktree(at: worktree.folder, from: commit)
    }
}
