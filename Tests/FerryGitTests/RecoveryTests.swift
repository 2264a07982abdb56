@testable internal import FerryGit
internal import FerryModel
internal import FerrySystem
internal import SystemPackage
internal import Testing

/// What a kill between two steps of a move leaves, made by hand, and what the next start makes of it.
@Suite(.timeLimit(.minutes(1))) struct RecoveryTests {
    private func withMove(_ body: (ScratchRepository, GitRepository, MergeCandidate) async throws -> Void) async throws {
        try await ScratchRepository.with(["a.txt": "1\n2\n3\n", "gone.txt": "x\n", "same.txt": "s\n"]) { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            try await scratch.sh("cd $WT; echo four >> a.txt; rm gone.txt; mkdir n; echo new file > n/new.txt; ln -s a.txt link")
            let tip = try await scratch.commit(repository, worktree, base: base)
            guard case .clean(let candidate) = try await repository.previewMerge(of: tip, into: main, message: message, time: someTime) else {
                throw Unexpected(what: "conflict")
            }
            let checkout = Checkout(folder: repository.layout.top, gitDirectory: repository.layout.gitDirectory)
            try MoveNote(branch: main, old: base, new: candidate.commit, checkout: checkout).write(in: repository.privateDirectory)
            try await body(scratch, repository, candidate)
            #expect(try MoveNote.all(in: repository.privateDirectory).isEmpty)
        }
    }

    private func expectMerged(_ scratch: ScratchRepository, _ repository: GitRepository, _ candidate: MergeCandidate) async throws {
        #expect(try await repository.complete(candidate) == .merged(candidate.commit))
        #expect(
            try await scratch.sh("git status --porcelain; cat a.txt n/new.txt; test ! -e gone.txt; git rev-parse HEAD")
                == "1\n2\n3\nfour\nnew file\n\(candidate.commit)")
    }

    @Test func `killed before the first touch: undone, then merged`() async throws {
        try await withMove { scratch, repository, candidate in
            #expect(try await repository.recover() == [.undone(main)])
            try await expectMerged(scratch, repository, candidate)
        }
    }

    @Test func `killed between files and branch: finished`() async throws {
        try await withMove { scratch, repository, candidate in
            try await scratch.sh("git read-tree -m -u HEAD \(candidate.commit)")
            #expect(try await repository.recover() == [.finished(main, candidate.commit)])
            try await expectMerged(scratch, repository, candidate)
            #expect(try await repository.recover().isEmpty)
        }
    }

    @Test func `killed between files and branch: merging again finishes it too`() async throws {
        try await withMove { scratch, repository, candidate in
            try await scratch.sh("git read-tree -m -u HEAD \(candidate.commit)")
            try await expectMerged(scratch, repository, candidate)
        }
    }

    @Test func `killed after the branch: nothing to do`() async throws {
        try await withMove { scratch, repository, candidate in
            try await scratch.sh("git read-tree -m -u HEAD \(candidate.commit); git update-ref refs/heads/main \(candidate.commit)")
            #expect(try await repository.recover().isEmpty)
            try await expectMerged(scratch, repository, candidate)
        }
    }

    @Test(arguments: [
        "rm gone.txt", "rm gone.txt a.txt", "rm a.txt; echo 1 > a.txt", "rm a.txt; : > a.txt",
        "printf '1\\n2\\n3\\nfour\\n' > a.txt; mkdir n; printf 'new f' > n/new.txt; ln -s a.txt link",
    ])
    func `killed among the files: put back, lock removed, then merged`(half: String) async throws {
        try await withMove { scratch, repository, candidate in
            try await scratch.sh(half + "; : > .git/index.lock")
            #expect(try await repository.recover() == [.undone(main)])
            #expect(try await scratch.sh("git status --porcelain; cat a.txt gone.txt") == "1\n2\n3\nx")
            try await expectMerged(scratch, repository, candidate)
        }
    }

    @Test(arguments: ["rm n/new.txt", "rm -r n", ": > n/new.txt; : > a.txt", "echo x > gone.txt", "rm link a.txt"])
    func `power lost between files and branch, with the index on the disk and the files not: written again`(lost: String) async throws {
        try await withMove { scratch, repository, candidate in
            try await scratch.sh("git read-tree -m -u HEAD \(candidate.commit); \(lost)")
            #expect(try await repository.recover() == [.finished(main, candidate.commit)])
            #expect(try await scratch.sh("git status --porcelain; readlink link") == "a.txt")
            try await expectMerged(scratch, repository, candidate)
        }
    }

    @Test func `what a person wrote after the files were new stays`() async throws {
        try await withMove { scratch, repository, candidate in
            try await scratch.sh("git read-tree -m -u HEAD \(candidate.commit); rm a.txt; mkdir a.txt")
            try await scratch.sh("for file in n/new.txt a.txt/b gone.txt; do echo mine > $file; done")
            #expect(try await repository.recover() == [.finished(main, candidate.commit)])
            #expect(try await scratch.sh("cat n/new.txt a.txt/b gone.txt") == "mine\nmine\nmine")
        }
    }

    @Test func `branches, commits and the index are synced, whatever the user's configuration says`() async throws {
        try await ScratchRepository.with { scratch in
            let repository = try await scratch.open()
            try await scratch.sh("git config core.fsync none")
            let asked = try await repository.references("config", "core.fsync").output()
            #expect(String(decoding: asked, as: UTF8.self).trimmingLineEnd.split(separator: ",").contains("reference"))
            let own = try await repository.plumbing(["config", "core.fsync"]).output()
            #expect(own == asked)
        }
    }

    @Test func `a person's work since then is left as it is and named`() async throws {
        for (work, files) in [
            ("echo mine > a.txt", ["a.txt"]), ("rm gone.txt; echo mine > same.txt", ["same.txt"]), ("mkdir n; echo mine > n/new.txt", ["n/new.txt"]),
            ("mkdir -p n/new.txt; echo mine > n/new.txt/deep", ["n/new.txt"]),
        ] {
            try await withMove { scratch, repository, candidate in
                try await scratch.sh(work)
                #expect(try await repository.recover() == [.filesNeedPerson(main, files.map { FilePath($0) })])
                #expect(try await scratch.sh("find \(files[0]) -type f -exec cat {} +") == "mine")
                guard case .checkoutDirty = try await repository.complete(candidate) else { throw Unexpected(what: "touched") }
            }
        }
    }

    @Test func `a lock that was there before the move, or that somebody holds, is not removed`() async throws {
        try await withMove { scratch, repository, candidate in
            try await scratch.sh("touch -d '1 hour ago' .git/index.lock")
            _ = try await repository.recover()
            #expect(scratch.read("repo/.git/index.lock") == "")
            guard case .checkoutBusy(let reason) = try await repository.complete(candidate) else { throw Unexpected(what: "not busy") }
            #expect(reason.contains("index.lock"))
            let lock = scratch.repo.pushing(".git/index.lock")
            let open = try FileDescriptor.open(lock, .readOnly)
            #expect(try OpenFiles.contains(lock))
            try open.close()
            #expect(try !OpenFiles.contains(lock))
        }
    }

    @Test func `locks of a branch move that was killed go, others stay`() async throws {
        try await ScratchRepository.with { scratch in
            let repository = try await scratch.open()
            try await scratch.sh(
                "mkdir -p .git/refs/heads/ferry; for f in ferry/FR-001-try other; do : > .git/refs/heads/$f.lock; done; : > $ROOT/state/indexes/index-1"
            )
            try await scratch.sh(": > $ROOT/state/moves/.ferry-1")
            let base = try await repository.baseTip(main)
            let error = await #expect(throws: GitError.self) { try await repository.updateBranch(feature, to: base, expecting: nil) }
            #expect(error?.message.contains("FR-001-try.lock") == true, "a lock that was there before is not ours")
            try MoveNote(branch: feature, old: nil, new: base, checkout: nil).write(in: repository.privateDirectory)
            try await scratch.sh(": > .git/refs/heads/ferry/FR-001-try.lock")
            #expect(try await repository.recover().isEmpty)
            #expect(try await repository.updateBranch(feature, to: base, expecting: nil) == .updated)
            #expect(
                try await scratch.sh("find .git -name '*.lock'; ls -A $ROOT/state/indexes; ls -A $ROOT/state/moves") == ".git/refs/heads/other.lock")
        }
    }

    @Test func `the lock of packed refs goes where a killed git was letting go of checkpoints, and only then`() async throws {
        try await ScratchRepository.with { scratch in
            let repository = try await scratch.open()
            try await scratch.sh(": > .git/packed-refs.lock")
            _ = try await repository.recover()
            #expect(scratch.read("repo/.git/packed-refs.lock") == "", "somebody else's")
            try await scratch.sh("touch -d '1 hour ago' .git/packed-refs.lock; : > $ROOT/state/moves/drop-FR-001")
            _ = try await repository.recover()
            #expect(scratch.read("repo/.git/packed-refs.lock") == "", "it was there before")
            try await scratch.sh(": > $ROOT/state/moves/drop-FR-001; rm .git/packed-refs.lock; : > .git/packed-refs.lock")
            _ = try await repository.recover()
            #expect(try await scratch.sh("find .git -name '*.lock'; ls -A $ROOT/state/moves") == "")
        }
    }
}
