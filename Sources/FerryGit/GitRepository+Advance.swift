internal import FerrySystem
internal import SystemPackage

extension GitRepository {
    /// Moves a branch, with the checkout that a person may have of it, from one commit to another.
    ///
    /// Order as in `git merge --ff-only`: index and files first, the branch last. A note of the move is kept in between, so
    /// that `finishInterruptedMove` can tell a half move from a person's work after a kill.
    func advance(_ branch: BranchName, from old: CommitID?, to new: CommitID) async throws -> BranchUpdate {
        // A child that is killed because the task was cancelled would leave a checkout half moved; this takes milliseconds.
        try await Task { try await advanceUncancelled(branch, from: old, to: new) }.value
    }

    private func advanceUncancelled(_ branch: BranchName, from old: CommitID?, to new: CommitID) async throws -> BranchUpdate {
        try await withFileErrors("moving \(branch)") {
            if case .filesNeedPerson(_, let files) = try await finishInterruptedMove(of: branch) { return .checkoutDirty(files) }
            let current = try await tip(of: branch)
            if current == new { return .updated }
            guard current == old else { return .moved(current) }
            let all = try checkouts()
            if let holder = all.first(where: { $0.holds(branch) }) {
                return .checkoutBusy("\(try holder.operation() ?? "a rebase") of \(branch) is under way in \(holder.folder)")
            }
            var here: [Checkout] = []
            for checkout in all where try await headBranch(of: checkout.gitDirectory) == branch { here.append(checkout) }
            guard let checkout = here.first else {
                return try await noted(MoveNote(branch: branch, old: old, new: new, checkout: nil)) {
                    try await setReference(branch, from: old, to: new, gitDirectory: nil)
                }
            }
            guard here.count == 1 else { return .checkoutBusy("\(branch) is checked out in \(checkout.folder) and \(here[1].folder)") }
            guard let old else { return .checkoutBusy("\(checkout.folder) is on the branch \(branch), which has no commit") }
            if let obstacle = try await obstacle(in: checkout, branch, from: old, to: new) { return obstacle }
            return try await noted(MoveNote(branch: branch, old: old, new: new, checkout: checkout)) {
                try await move(checkout, branch, from: old, to: new)
            }
        }
    }

    /// Keeps the note while `body` works. Where git was killed or broke off, what it left is mended at once if it can be; if not, the note
    /// stays for the next call.
    private func noted(_ note: MoveNote, _ body: () async throws -> BranchUpdate) async throws -> BranchUpdate {
        try await failpoint(.advanceBeforeIntent)
        try note.write(in: privateDirectory)
        do {
            try await failpoint(.advanceAfterIntent)
            let update = try await body()
            try await failpoint(.advanceAfterEffect)
            try MoveNote.remove(note.branch, in: privateDirectory)
            try await failpoint(.advanceAfterDone)
            return update
        } catch {
            switch try await finishInterruptedMove(of: note.branch) {
            case .finished: return .updated
            case .filesNeedPerson(_, let files): return .checkoutDirty(files)
            case .undone, nil: throw error
            }
        }
    }

    private func move(_ checkout: Checkout, _ branch: BranchName, from old: CommitID, to new: CommitID) async throws -> BranchUpdate {
        // read-tree compares with the index by stat; a file that was only touched must not stop it.
        _ = try await command(in: checkout, ["update-index", "-q", "--refresh"]).run()
        let reading = try await command(in: checkout, ["read-tree", "-m", "-u", old.hex, new.hex])
        let answer = try await reading.run()
        guard answer.status == 0 else {
            // Either the checkout changed under our hands, and git touched nothing, or git broke off midway (a full disk).
            if case .filesNeedPerson(_, let files) = try await finishInterruptedMove(of: branch) { return .checkoutDirty(files) }
            if let obstacle = try await obstacle(in: checkout, branch, from: old, to: new) { return obstacle }
            throw reading.failure(answer)
        }
        try await keepFiles(of: checkout, from: old, to: new)
        try await failpoint(.advanceAfterSend)
        let update = try await setReference(branch, from: old, to: new, gitDirectory: checkout.gitDirectory)
        if update != .updated { _ = try await command(in: checkout, ["read-tree", "-m", "-u", new.hex, old.hex]).output() }
        return update
    }

    /// Puts the files that have just changed on the disk, which git does not: after a loss of power the branch would name files that are empty.
    func keepFiles(of checkout: Checkout, from old: CommitID, to new: CommitID) async throws {
        let changes = try await rawChanges(from: old.hex, to: new.hex).filter { $0.newMode == .regular || $0.newMode == .executable }
        try await waiting {
            guard changes.count <= Self.singly else { return try Directory.syncFileSystem(of: checkout.folder) }
            for change in changes {
                let file = checkout.folder.pushing(change.path)
                // A person may have taken it away again.
                if try FileStatus.ifPresent(file)?.kind == .regular { try FileContents.sync(file) }
            }
        }
    }

    /// More files than these are synced with all others of their file system: one after the other they would take longer.
    private static let singly = 200

    /// Why the checkout may not be moved; `nil` when it may.
    private func obstacle(in checkout: Checkout, _ branch: BranchName, from old: CommitID, to new: CommitID) async throws -> BranchUpdate? {
        if let operation = try checkout.operation() { return .checkoutBusy("\(operation) is under way in \(checkout.folder)") }
        for lock in locks(of: branch, in: checkout) where try FileStatus.ifPresent(lock) != nil {
            return .checkoutBusy("another git is at work in \(checkout.folder), or left \(lock) behind when it was ended (then remove that file)")
        }
        let dirty = try await dirtyFiles(in: checkout)
        guard dirty.isEmpty else { return .checkoutDirty(dirty) }
        let inTheWay = try await untrackedInTheWay(in: checkout, from: old, to: new)
        return inTheWay.isEmpty ? nil : .checkoutDirty(inTheWay)
    }

    /// Untracked files, ignored ones too, where the new commit adds a file or a folder. git itself overwrites ignored ones.
    func untrackedInTheWay(in checkout: Checkout, from old: CommitID, to new: CommitID) async throws -> [FilePath] {
        let changes = try await rawChanges(from: old.hex, to: new.hex)
        let added = changes.filter { $0.oldMode == .absent }.map(\.path)
        guard !added.isEmpty else { return [] }
        let tracked = Set(try await entries(of: old.hex).map(\.path))
        var inTheWay: Set<FilePath> = []
        for path in added {
            var part = FilePath()
            for component in path.components {
                part.append(component)
                guard let status = try FileStatus.ifPresent(checkout.folder.pushing(part)) else { break }
                // A tracked file in the way is git's to remove: it is clean.
                if status.kind != .directory, !tracked.contains(part) { inTheWay.insert(part) }
                if status.kind == .directory, part == path, try holdsUntracked(part, in: checkout, tracked) { inTheWay.insert(part) }
            }
        }
        return inTheWay.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    private func holdsUntracked(_ folder: FilePath, in checkout: Checkout, _ tracked: Set<FilePath>) throws -> Bool {
        for entry in try Directory.entries(of: checkout.folder.pushing(folder)) {
            let path = folder.appending(entry.name)
            let isFolder = try FileStatus.ifPresent(checkout.folder.pushing(path))?.kind == .directory
            if isFolder ? try holdsUntracked(path, in: checkout, tracked) : !tracked.contains(path) { return true }
        }
        return false
    }

    /// The lock files that git makes on the way of such a move.
    func locks(of branch: BranchName, in checkout: Checkout?) -> [FilePath] {
        let branchLock = layout.gitDirectory.pushing(FilePath(branch.reference + ".lock"))
        guard let checkout else { return [branchLock] }
        return [checkout.gitDirectory.appending("index.lock"), checkout.gitDirectory.appending("HEAD.lock"), branchLock]
    }

    /// Compares and sets one branch, with its reflog, without hooks.
    func setReference(_ branch: BranchName, from old: CommitID?, to new: CommitID, gitDirectory: FilePath?) async throws -> BranchUpdate {
        let none = String(repeating: "0", count: new.hex.utf8.count)
        let command = references("update-ref", "-m", "ferry: moved", branch.reference, new.hex, old?.hex ?? none, gitDirectory: gitDirectory)
        let answer = try await command.run()
        // Where it failed, somebody else may have done it.
        let current = answer.status == 0 ? new : try await tip(of: branch)
        if current == new {
            try await keepNames()
            return .updated
        }
        guard current == old else { return .moved(current) }
        throw command.failure(answer)
    }
}
