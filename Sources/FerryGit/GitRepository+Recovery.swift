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
    /// To be called once at the start, while no other work goes on: removes what a killed Ferry left (index files, temporaries
    /// and locks of moves) and finishes or undoes moves of checkouts.
    package func recover() async throws -> [MoveRecovery] {
        try await withFileErrors("recovering \(path)") {
            for entry in try Directory.entries(of: privateDirectory.indexes) {
                try Directory.removeTree(privateDirectory.indexes.appending(entry.name))
            }
            // The note of a move that was not begun: it never got its name.
            for entry in try Directory.entries(of: privateDirectory.moves) where entry.name.string.hasPrefix(".ferry-") {
                try Directory.removeTree(privateDirectory.moves.appending(entry.name))
            }
            try removeOwnLocks()
            try removeLockOfDropping()
            var recoveries: [MoveRecovery] = []
            for note in try MoveNote.all(in: privateDirectory) {
                if let recovery = try await finishInterruptedMove(of: note.branch) { recoveries.append(recovery) }
            }
            return recoveries
        }
    }

    /// Locks of Ferry's hidden refs that a git left behind when the power went: no other program writes these refs.
    private func removeOwnLocks() throws {
        var folders = [layout.gitDirectory.appending("refs").appending("ferry")]
        while let folder = folders.popLast() {
            guard try FileStatus.ifPresent(folder)?.kind == .directory else { continue }
            for entry in try Directory.entries(of: folder) {
                let path = folder.appending(entry.name)
                let status = try FileStatus.ifPresent(path)
                if status?.kind == .directory { folders.append(path) }
                guard status?.kind == .regular, entry.name.string.hasSuffix(".lock"), try !OpenFiles.contains(path) else { continue }
                try Directory.removeTree(path)
            }
        }
    }

    /// Finishes or undoes the move of one branch's checkout, if a kill interrupted one; `nil` when there was none.
    package func finishInterruptedMove(of branch: BranchName) async throws -> MoveRecovery? {
        guard let (note, written) = try MoveNote.read(branch, in: privateDirectory) else { return nil }
        for lock in locks(of: branch, in: note.checkout) {
            // It is the killed git's own if it is younger than the note and nobody has it open.
            guard let status = try FileStatus.ifPresent(lock), status.modified >= written, try !OpenFiles.contains(lock) else { continue }
            try Directory.removeTree(lock)
        }
        let recovery = try await recovery(of: note)
        try MoveNote.remove(branch, in: privateDirectory)
        return recovery
    }

    private func recovery(of note: MoveNote) async throws -> MoveRecovery? {
        guard let checkout = note.checkout, let old = note.old, try FileStatus.ifPresent(checkout.gitDirectory) != nil,
            try await headBranch(of: checkout.gitDirectory) == note.branch, try await tip(of: note.branch) == old
        else { return nil }
        if try await indexMatches(note.new, in: checkout) {
            try await finishFiles(of: checkout, from: old, to: note.new)
            let update = try await setReference(note.branch, from: old, to: note.new, gitDirectory: checkout.gitDirectory)
            return update == .updated ? .finished(note.branch, note.new) : nil
        }
        guard try await indexMatches(old, in: checkout) else { return nil }
        let dirty = try await dirtyFiles(in: checkout) + untrackedInTheWay(in: checkout, from: old, to: note.new)
        guard !dirty.isEmpty else { return .undone(note.branch) }
        let foreign = try await filesThatFerryDidNotWrite(Set(dirty), in: checkout, from: old, to: note.new)
        guard foreign.isEmpty else { return .filesNeedPerson(note.branch, foreign) }
        try await putBack(dirty, in: checkout, to: old)
        return .undone(note.branch)
    }

    /// Where the power went, the index may be on the disk and the files not, which git had written before: those that are missing, or of which there is a
    /// beginning, are written again, and those that are still there are removed. What a person has written since stays.
    private func finishFiles(of checkout: Checkout, from oldTip: CommitID, to newTip: CommitID) async throws {
        _ = try await command(in: checkout, ["update-index", "-q", "--refresh"]).run()
        let differing = try await command(in: checkout, ["diff-files", "--name-only", "-z", "--ignore-submodules=all"]).output()
        let others = Set(differing.split(separator: 0).map { FilePath(bytes: $0) })
        var missing: [FilePath] = []
        for change in try await rawChanges(from: oldTip.hex, to: newTip.hex) where change.newMode != .submodule {
            guard change.newMode == .absent || others.contains(change.path) else { continue }
            switch (try found(at: change.path, in: checkout), change.newMode == .absent) {
            case (.nothing, false): missing.append(change.path)
            case (.bytes(let found), false):
                let new = try? await fileContents(change.path, in: newTip, limit: 64 << 20)
                if found != new, new?.starts(with: found) == true { missing.append(change.path) }
            case (.bytes(let found), true):
                let old = try? await fileContents(change.path, in: oldTip, limit: 64 << 20)
                if found == old { try Directory.removeTree(checkout.folder.pushing(change.path)) }
            case (.nothing, true), (.somethingElse, _): continue
            }
        }
        try await write(missing, in: checkout)
        try await keepFiles(of: checkout, from: oldTip, to: newTip)
    }

    private func indexMatches(_ commit: CommitID, in checkout: Checkout) async throws -> Bool {
        let command = try await command(
            in: checkout, ["diff-index", "--cached", "--quiet", "--no-ext-diff", "--ignore-submodules=all", commit.hex, "--"])
        let answer = try await command.run()
        guard answer.status <= 1 else { throw command.failure(answer) }
        return answer.status == 0
    }

    /// Those that are neither gone, nor as in the old or new commit, nor the beginning of the new content.
    private func filesThatFerryDidNotWrite(
        _ files: Set<FilePath>, in checkout: Checkout, from oldTip: CommitID, to newTip: CommitID
    ) async throws -> [FilePath] {
        let changed = Set(try await rawChanges(from: oldTip.hex, to: newTip.hex).map(\.path))
        var foreign: [FilePath] = []
        for path in files {
            let found: [UInt8]
            switch try self.found(at: path, in: checkout) {
            case .nothing: continue
            case .bytes(let bytes) where changed.contains(path): found = bytes
            case .bytes, .somethingElse:
                foreign.append(path)
                continue
            }
            let old = try? await fileContents(path, in: oldTip, limit: 64 << 20)
            let new = try? await fileContents(path, in: newTip, limit: 64 << 20)
            if found != old, new?.starts(with: found) != true { foreign.append(path) }
        }
        return foreign.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    private enum Found {
        case nothing
        /// A file's, or a link's target.
        case bytes([UInt8])
        /// A folder with what a person has put into it, a FIFO.
        case somethingElse
    }

    private func found(at path: FilePath, in checkout: Checkout) throws -> Found {
        let file = checkout.folder.pushing(path)
        guard let status = try FileStatus.ifPresent(file) else { return .nothing }
        switch status.kind {
        case .regular: return .bytes(try FileContents.read(file))
        case .link: return .bytes(try SymbolicLink.target(of: file))
        case .directory, .other: return .somethingElse
        }
    }

    private func putBack(_ files: [FilePath], in checkout: Checkout, to commit: CommitID) async throws {
        let old = Set(try await entries(of: commit.hex).map(\.path))
        for path in files where !old.contains(path) { try Directory.removeTree(checkout.folder.pushing(path)) }
        try await write(files.filter(old.contains), in: checkout)
    }

    /// Writes files as the index has them.
    private func write(_ files: [FilePath], in checkout: Checkout) async throws {
        guard !files.isEmpty else { return }
        _ = try await command(in: checkout, ["checkout-index", "--force", "--quiet", "-u", "-z", "--stdin"], input: files.endedByNul).output()
    }
}
