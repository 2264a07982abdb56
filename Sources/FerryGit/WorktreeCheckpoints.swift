package import FerryModel
internal import FerrySystem
internal import SystemPackage

/// Keeps the states of one worktree that work may go back to: a tree after each change, the newest one on a hidden ref.
///
/// One walk finds what changed since the last one, and git reads only that; the index is Ferry's own, kept beside the worktree. What goes into
/// commits is read anew from every file (`GitRepository.snapshot`).
package actor WorktreeCheckpoints {
    /// More changes than these are git's to find.
    private static let most = 500

    private let git: GitRepository
    private let worktree: Worktree
    private let feature: FeatureID
    private let run: RunNumber
    private let limits = PrescanLimits()
    /// Of the newest checkpoint.
    private var last: Kept?
    /// The hidden ref on its way to the newest checkpoint. Nothing depends on it but garbage collection, so nobody waits for it.
    private var keeping: Task<Void, any Error>?

    private struct Kept {
        let sight: WorktreeSight
        let tree: TreeID
        /// Files that are known to be in the index, so that git need not be asked whether `.gitignore` excludes them.
        var tracked: TrackedFiles
    }

    package init(of worktree: Worktree, in git: GitRepository, feature: FeatureID, run: RunNumber) {
        self.git = git
        self.worktree = worktree
        self.feature = feature
        self.run = run
    }

    /// Begins with a worktree that was just made from this tree: nothing of it has to be read. Throws `GitError`, `CancellationError`.
    package func adopt(_ tree: TreeID) async throws {
        last = try await git.withFileErrors("looking at the worktree \(worktree.folder)") {
            let sight = try await Prescan.survey(worktree.folder, limits: limits, keepsSight: true).sight
            return Kept(sight: sight, tree: tree, tracked: TrackedFiles(all: sight))
        }
    }

    /// The worktree as it is now; `refused` where it cannot be taken over, and then nothing is kept. No process may be at work in it.
    /// `anew` reads every file, whatever is known. Throws `GitError`, `CancellationError`.
    package func take(anew: Bool = false) async throws -> SnapshotOutcome {
        try await git.withFileErrors("keeping the state of the worktree \(worktree.folder)") {
            let survey = try await Prescan.survey(worktree.folder, limits: limits, keepsSight: true)
            let before = last
            // Whatever is refused or goes wrong is found again the next time.
            last = nil
            guard survey.refusals.isEmpty else { return git.refused(survey.refusals) }
            var tracked = before?.tracked ?? TrackedFiles()
            let outcome = try await tree(survey, before, &tracked, anew)
            guard case .tree(let found) = outcome else { return outcome }
            if found != before?.tree {
                try await git.keepNames()
                try await settle()
                keeping = Task { [git, feature, run] in try await git.keepTurn(found, feature: feature, run: run) }
            }
            last = Kept(sight: survey.sight, tree: found, tracked: tracked)
            return outcome
        }
    }

    /// Waits until the hidden ref says what was kept last. Throws `GitError`.
    package func settle() async throws {
        defer { keeping = nil }
        try await keeping?.value
    }

    private func tree(_ survey: Prescan.Survey, _ before: Kept?, _ tracked: inout TrackedFiles, _ anew: Bool) async throws -> SnapshotOutcome {
        let place = GitRepository.Tree(folder: worktree.folder, base: worktree.base, index: Worktree.index(of: worktree.folder))
        // Of a git that was killed: nobody else writes this index.
        try Directory.removeTree(FilePath(place.index.string + ".lock"))
        let changed = before.map { survey.sight.changes(since: $0.sight) } ?? []
        if anew || before == nil || changed.contains(where: Self.decidesWhatIsIgnored) {
            // Only an index that begins at the base leaves out what `.gitignore` has begun to exclude.
            try Directory.removeTree(place.index)
            tracked = TrackedFiles()
            return try await git.snapshot(survey, of: place, limits: limits)
        }
        guard let before, survey.suspects.isEmpty, changed.count <= Self.most, try !changed.contains(where: isLink) else {
            tracked = TrackedFiles()
            return try await git.snapshot(survey, of: place, limits: limits)
        }
        if changed.isEmpty { return .tree(before.tree) }
        let ignored = try await git.ignored(tracked.unknown(among: changed), in: place)
        let wanted = changed.filter { !ignored.contains($0) }
        if wanted.isEmpty { return .tree(before.tree) }
        var size: Int64 = 0
        for path in wanted {
            let status = try FileStatus.ifPresent(worktree.folder.pushing(path))
            size += status?.size ?? 0
            tracked.set(path, status != nil)
        }
        guard size <= limits.newBytes else { return git.refused([PrescanRefusal(reason: .tooManyBytes, path: FilePath())]) }
        let update = git.plumbing(
            ["update-index", "--add", "--remove", "--replace", "-z", "--stdin"], index: place.index, workTree: place.folder, input: wanted.endedByNul)
        guard try await update.run().status == 0 else {
            tracked = TrackedFiles()
            return try await git.snapshot(survey, of: place, limits: limits)
        }
        return .tree(try await git.treeID(git.plumbing(["write-tree"], index: place.index)))
    }

    private static func decidesWhatIsIgnored(_ path: FilePath) -> Bool {
        let name = path.lastComponent?.string.lowercased()
        return name == ".gitignore" || name == ".gitmodules"
    }

    /// Where links lead is judged on the whole tree.
    private func isLink(_ path: FilePath) throws -> Bool { try FileStatus.ifPresent(worktree.folder.pushing(path))?.kind == .link }
}
