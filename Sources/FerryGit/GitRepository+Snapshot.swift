internal import FerrySystem
internal import SystemPackage

/// What became of a snapshot.
package enum SnapshotOutcome: Hashable, Sendable {
    case tree(TreeID)
    /// Nothing was written to any branch; the worktree is as it was. At most a hundred reasons.
    case refused([PrescanRefusal])
}

extension GitRepository {
    /// Writes a tree of what lies in the worktree: the files of `base` that are still there and all new ones that the
    /// tree's own `.gitignore` does not exclude, byte for byte, with their executable bit and links as links.
    ///
    /// No process may be at work in the worktree. Ignored paths are not looked at, except for what could harm git on its way.
    package func snapshot(_ worktree: Worktree, base: CommitID, limits: PrescanLimits = PrescanLimits()) async throws -> SnapshotOutcome {
        try await withFileErrors("reading the worktree \(worktree.folder)") {
            let survey = try await Prescan.survey(worktree.folder, limits: limits)
            return try await withIndex { index in
                try await snapshot(survey, of: Tree(folder: worktree.folder, base: base, index: index), limits: limits)
            }
        }
    }

    /// As above, for what a survey has found. Where the index is there already, only files that differ from it are read.
    func snapshot(_ survey: Prescan.Survey, of tree: Tree, limits: PrescanLimits) async throws -> SnapshotOutcome {
        guard survey.refusals.isEmpty else { return refused(survey.refusals) }
        if try FileStatus.ifPresent(tree.index) == nil { _ = try await plumbing(["read-tree", tree.base.hex], index: tree.index).output() }
        let ignored: Set<FilePath>
        do { ignored = try await self.ignored(survey.suspects.map(\.path), in: tree) } catch let error as GitError where error.code == .endless {
            return refused([PrescanRefusal(reason: .endlessPatterns, path: ".gitignore")])
        }
        let suspects = survey.suspects.filter { !ignored.contains($0.path) }
        let tracked = try await trackedBareRepositories(suspects, in: tree)
        let found = suspects.filter { !tracked.contains($0.path) }
        guard found.isEmpty else { return refused(found) }
        if let over = try await overLimit(survey, limits, in: tree) { return refused([over]) }
        if let refusal = try await add(tree) { return refused([refusal]) }
        let written = try await treeID(plumbing(["write-tree"], index: tree.index))
        let entries = try await refusedEntries(from: tree.base, to: written)
        return entries.isEmpty ? .tree(written) : refused(entries)
    }

    /// Takes the folder's files over; a refusal where git takes no file of such a name, or comes to no end: both are of the agent's making, and hold nobody
    /// else up.
    private func add(_ tree: Tree) async throws -> PrescanRefusal? {
        let command = plumbing(["add", "--all"], index: tree.index, workTree: tree.folder)
        let answer: GitCommand.Answer
        do { answer = try await command.run() } catch let error as GitError where error.code == .endless {
            return PrescanRefusal(reason: .endlessPatterns, path: ".gitignore")
        }
        guard answer.status != 0 else { return nil }
        // error: invalid path 'NAME' (read-cache.c)
        let said = String(decoding: answer.errors, as: UTF8.self)
        guard let start = said.firstRange(of: "invalid path '")?.upperBound, let end = said[start...].firstIndex(of: "'") else {
            throw command.failure(answer)
        }
        return PrescanRefusal(reason: .gitLookAlike, path: FilePath(bytes: Array(said[start..<end].utf8)))
    }

    /// A folder whose content becomes a tree.
    struct Tree {
        let folder: FilePath
        let base: CommitID
        let index: FilePath
    }

    func refused(_ refusals: [PrescanRefusal]) -> SnapshotOutcome { .refused(Array(refusals.prefix(100))) }

    /// Those of `paths` that `.gitignore` excludes and that the base does not track.
    func ignored(_ paths: [FilePath], in tree: Tree) async throws -> Set<FilePath> {
        guard !paths.isEmpty else { return [] }
        // check-ignore knows no literal pathspecs; behind `./` no name is read as magic.
        let input = Set(paths).map { FilePath(bytes: Array("./".utf8) + $0.bytes) }.endedByNul
        let command = plumbing(
            ["check-ignore", "-z", "--stdin"], index: tree.index, workTree: tree.folder, variables: ["GIT_LITERAL_PATHSPECS": "0"], input: input)
        let answer = try await command.run()
        guard answer.status <= 1 else { throw command.failure(answer) }
        return Set(answer.output.split(separator: 0).map { FilePath(bytes: $0.dropFirst(2)) })
    }

    /// Bare repositories among the files of the base (test fixtures) are the user's own.
    private func trackedBareRepositories(_ suspects: [PrescanRefusal], in tree: Tree) async throws -> Set<FilePath> {
        let heads = suspects.filter { $0.reason == .nestedRepository && $0.path.lastComponent?.string == "HEAD" }.map(\.path)
        guard !heads.isEmpty else { return [] }
        return Set(try await entries(of: tree.base.hex).map(\.path)).intersection(heads)
    }

    /// Asks git for what is new only where the whole folder is above a limit.
    private func overLimit(_ survey: Prescan.Survey, _ limits: PrescanLimits, in tree: Tree) async throws -> PrescanRefusal? {
        guard survey.files > limits.newFiles || survey.bytes > limits.newBytes else { return nil }
        let listing = try await plumbing(
            ["ls-files", "-z", "--others", "--exclude-standard"], index: tree.index, workTree: tree.folder
        ).output()
        let new = listing.split(separator: 0)
        guard new.count <= limits.newFiles else { return PrescanRefusal(reason: .tooManyFiles, path: FilePath()) }
        var bytes: Int64 = 0
        for name in new { bytes += try FileStatus.ifPresent(tree.folder.pushing(FilePath(bytes: name)))?.size ?? 0 }
        for entry in try await entries(of: tree.base.hex) {
            if let size = try FileStatus.ifPresent(tree.folder.pushing(entry.path))?.size, size != entry.size { bytes += size }
        }
        return bytes > limits.newBytes ? PrescanRefusal(reason: .tooManyBytes, path: FilePath()) : nil
    }

    /// New or changed links that lead out of the tree, and anything of submodules.
    func refusedEntries(from base: CommitID, to tree: TreeID) async throws -> [PrescanRefusal] {
        var refusals: [PrescanRefusal] = []
        for change in try await rawChanges(from: base.hex, to: tree.hex) where change.newMode != .absent {
            if change.newMode == .submodule || GitLookAlike.isModulesFile(change.path) {
                refusals.append(PrescanRefusal(reason: .submodule, path: change.path))
            } else if change.newMode == .link {
                let target = try await plumbing(["cat-file", "blob", change.newObject], limit: 1 << 16).output()
                if Self.escapes(target, from: change.path) { refusals.append(PrescanRefusal(reason: .escapingLink, path: change.path)) }
            }
        }
        return refusals
    }

    /// Whether a link's target could lead out of the tree, or into a git directory. `..` may only lead the target, and not above the top: then, each
    /// link staying inside by itself, no chain of links leaves it either.
    static func escapes(_ target: [UInt8], from link: FilePath) -> Bool {
        guard !target.isEmpty, target.first != UInt8(ascii: "/") else { return true }
        var depth = link.removingLastComponent().components.count
        var descended = false
        for part in target.split(separator: UInt8(ascii: "/")) where part != [UInt8(ascii: ".")] {
            guard part == [UInt8(ascii: "."), UInt8(ascii: ".")] else {
                descended = true
                if GitLookAlike.matches(Array(part)) { return true }
                continue
            }
            depth -= 1
            if descended || depth < 0 { return true }
        }
        return false
    }
}
