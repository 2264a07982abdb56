internal import FerrySystem
package import SystemPackage

/// What became of a move of a user's checkout that a kill had interrupted.
package enum MoveRecovery: Hashable, Sendable {
    /// Files and index were new already; the branch was set.
    case finished(BranchName, CommitID)
    /// Files were put back to what the branch says; the move can be made again.
    case undone(BranchName)
    /// The person has worked there since; these files are neither old nor new, and were left as they are.
    case filesNeedPerson(BranchName, [FilePath])
}

extension GitRepository {
    /// To be called once at the start, while no other work goes on: removes what a killed Ferry left (index files, locks on
    /// its own branches) and finishes or undoes moves of checkouts. `minimumAge` is how old a lock must be, in seconds.
    package func recover(minimumAge: Int64 = 10) async throws -> [MoveRecovery] {
        try await withFileErrors("recovering \(path)") {
            for entry in try Directory.entries(of: privateDirectory.indexes) {
                try Directory.removeTree(privateDirectory.indexes.appending(entry.name))
            }
            try removeStaleLocks(below: layout.gitDirectory.pushing("refs/heads/ferry"), minimumAge: minimumAge)
            var recoveries: [MoveRecovery] = []
            for note in try MoveNote.all(in: privateDirectory) {
                if let recovery = try await finishInterruptedMove(of: note.branch) { recoveries.append(recovery) }
            }
            return recoveries
        }
    }

    /// Finishes or undoes the move of one branch's checkout, if a kill interrupted one; `nil` when there was none.
    package func finishInterruptedMove(of branch: BranchName) async throws -> MoveRecovery? {
        guard let (note, written) = try MoveNote.read(branch, in: privateDirectory) else { return nil }
        // The lock is the killed git's own if it is younger than the note and nobody has it open.
        if let lock = try FileStatus.ifPresent(note.checkout.indexLock), lock.modified >= written, try !OpenFiles.contains(note.checkout.indexLock) {
            try Directory.removeTree(note.checkout.indexLock)
        }
        let recovery = try await recovery(of: note)
        try MoveNote.remove(branch, in: privateDirectory)
        return recovery
    }

    private func recovery(of note: MoveNote) async throws -> MoveRecovery? {
        guard try FileStatus.ifPresent(note.checkout.gitDirectory) != nil, try await headBranch(of: note.checkout.gitDirectory) == note.branch,
            try await tip(of: note.branch) == note.old
        else { return nil }
        if try await indexMatches(note.new, in: note.checkout) {
            let update = try await setReference(note.branch, from: note.old, to: note.new, gitDirectory: note.checkout.gitDirectory)
            return update == .updated ? .finished(note.branch, note.new) : nil
        }
        guard try await indexMatches(note.old, in: note.checkout) else { return nil }
        let dirty = try await dirtyFiles(in: note.checkout) + untrackedInTheWay(in: note.checkout, from: note.old, to: note.new)
        guard !dirty.isEmpty else { return .undone(note.branch) }
        let foreign = try await filesThatFerryDidNotWrite(Set(dirty), note)
        guard foreign.isEmpty else { return .filesNeedPerson(note.branch, foreign) }
        try await putBack(dirty, note)
        return .undone(note.branch)
    }

    private func indexMatches(_ commit: CommitID, in checkout: Checkout) async throws -> Bool {
        let command = try await command(
            in: checkout, ["diff-index", "--cached", "--quiet", "--no-ext-diff", "--ignore-submodules=all", commit.hex, "--"])
        let answer = try await command.run()
        guard answer.status <= 1 else { throw command.failure(answer) }
        return answer.status == 0
    }

    /// Those that are neither gone, nor as in the old or new commit, nor the beginning of the new content.
    private func filesThatFerryDidNotWrite(_ files: Set<FilePath>, _ note: MoveNote) async throws -> [FilePath] {
        let changed = Set(try await rawChanges(from: note.old.hex, to: note.new.hex).map(\.path))
        var foreign: [FilePath] = []
        for path in files {
            guard let found = try content(of: path, in: note.checkout) else { continue }
            guard changed.contains(path) else {
                foreign.append(path)
                continue
            }
            let old = try? await fileContents(path, in: note.old, limit: 64 << 20)
            let new = try? await fileContents(path, in: note.new, limit: 64 << 20)
            if found != old, new?.starts(with: found) != true { foreign.append(path) }
        }
        return foreign.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    /// A file's bytes or a link's target; `nil` where nothing is there.
    private func content(of path: FilePath, in checkout: Checkout) throws -> [UInt8]? {
        let file = checkout.folder.pushing(path)
        guard let status = try FileStatus.ifPresent(file) else { return nil }
        switch status.kind {
        case .regular: return try FileContents.read(file)
        case .link: return try SymbolicLink.target(of: file)
        case .directory, .other: return []
        }
    }

    private func putBack(_ files: [FilePath], _ note: MoveNote) async throws {
        let old = Set(try await entries(of: note.old.hex).map(\.path))
        for path in files where !old.contains(path) { try Directory.removeTree(note.checkout.folder.pushing(path)) }
        let input = files.filter(old.contains).endedByNul
        _ = try await command(in: note.checkout, ["checkout-index", "--force", "--quiet", "-u", "-z", "--stdin"], input: input).output()
    }

    /// Locks of `update-ref` that nobody has open any more.
    private func removeStaleLocks(below folder: FilePath, minimumAge: Int64) throws {
        guard try FileStatus.ifPresent(folder)?.kind == .directory else { return }
        for entry in try Directory.entries(of: folder) {
            let path = folder.appending(entry.name)
            guard let status = try FileStatus.ifPresent(path) else { continue }
            if status.kind == .directory {
                try removeStaleLocks(below: path, minimumAge: minimumAge)
            } else if path.string.hasSuffix(".lock"), WallClock.nanoseconds - status.modified >= minimumAge * 1_000_000_000,
                try !OpenFiles.contains(path)
            {
                try Directory.removeTree(path)
            }
        }
    }
}
