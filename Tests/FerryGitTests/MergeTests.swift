@testable internal import FerryGit
internal import FerryModel
internal import FerrySystem
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1))) struct MergeTests {
    /// A feature commit that changes `a.txt`, adds `new/b.txt` and deletes `old.txt`.
    private func withFeature(
        _ body: (ScratchRepository, GitRepository, _ base: CommitID, _ tip: CommitID) async throws -> Void
    ) async throws {
        try await ScratchRepository.with(["a.txt": "1\n2\n3\n", "d/old.txt": "old\n", "same.txt": "same\n", ".gitignore": "*.o\n"]) { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            try await scratch.sh(
                "cd $WT; sed -i s/1/one/ a.txt; rm -r d; mkdir new; echo b > new/b.txt; echo '#!/bin/sh' > run; chmod +x run; ln -s run link; git -c x.y=z version >/dev/null"
            )
            let tip = try await scratch.commit(repository, worktree, base: base)
            try await body(scratch, repository, base, tip)
        }
    }

    /// All that `git merge` could touch: files with modes and times, index, refs.
    private let everything =
        "find . -path ./.git/objects -prune -o -type f -exec sha256sum {} + | sort; find . -path ./.git -prune -o -printf '%p %m %T@\\n' | sort; git for-each-ref"

    @Test func `a clean checkout is moved forward, deleted files and folders included`() async throws {
        try await withFeature { scratch, repository, base, tip in
            try await scratch.sh("echo mine > untracked; touch a.txt")
            let outcome = try await repository.merge(tip, into: main, message: message, time: someTime)
            guard case .merged(let merge) = outcome else { throw Unexpected(what: "\(outcome)") }
            #expect(
                try await scratch.sh("git status --porcelain; test ! -e d; test -x run; readlink link; cat new/b.txt a.txt untracked")
                    == "?? untracked\nrun\nb\none\n2\n3\nmine")
            #expect(
                try await scratch.sh(
                    "git rev-parse HEAD HEAD^1 HEAD^2; git log -1 --format='%(trailers:key=Ferry-Feature,valueonly)'; git reflog | wc -l")
                    == "\(merge)\n\(base)\n\(tip)\nFR-001\n\n2")
            #expect(try await repository.merge(tip, into: main, message: message, time: someTime) == .alreadyMerged)
            #expect(try await repository.finishInterruptedMove(of: main) == nil)
        }
    }

    @Test func `the same merge made twice is the same commit, and can be tested before it counts`() async throws {
        try await withFeature { scratch, repository, base, tip in
            let before = try await scratch.sh(everything)
            let preview = try await repository.previewMerge(of: tip, into: main, message: message, time: someTime)
            #expect(try await repository.previewMerge(of: tip, into: main, message: message, time: someTime) == preview)
            guard case .clean(let candidate) = preview else { throw Unexpected(what: "\(preview)") }
            try await repository.export(candidate.commit, to: scratch.root.appending("out"))
            #expect(scratch.read("out/a.txt") == "one\n2\n3\n")
            #expect(try await scratch.sh(everything) == before)
            #expect(try await repository.complete(candidate) == .merged(candidate.commit))
            #expect(try await repository.complete(candidate) == .merged(candidate.commit), "once more is the same")
        }
    }

    struct Work: Sendable, CustomTestStringConvertible {
        let name: String
        let script: String
        let files: [String]?
        var testDescription: String { name }
        init(_ name: String, _ script: String, _ files: [String]?) { (self.name, self.script, self.files) = (name, script, files) }
    }

    @Test(arguments: [
        Work("a changed file", "echo mine >> same.txt", ["same.txt"]),
        Work("a file that the merge changes", "echo mine >> a.txt", ["a.txt"]),
        Work("a staged file", "echo mine > s; git add s", ["s"]),
        Work("a staged and restored file", "echo mine > same.txt; git add same.txt; echo same > same.txt", ["same.txt"]),
        Work("a deleted file", "rm same.txt", ["same.txt"]),
        Work("a mode", "chmod +x same.txt", ["same.txt"]),
        Work("a file turned into a link", "ln -sf a.txt same.txt", ["same.txt"]),
        Work("an intended addition", "echo x > n; git add -N n", ["n"]),
        Work("an untracked file in the way", "mkdir new; echo mine > new/b.txt", ["new/b.txt"]),
        Work("an untracked file where a folder comes", "echo mine > new", ["new"]),
        Work("an untracked folder where a file comes", "mkdir run; echo mine > run/x", ["run"]),
        Work("an ignored file in the way", "echo 'run' >> .git/info/exclude; echo mine > run", ["run"]),
        Work(
            "a merge",
            "git switch -q -c o; echo x > a.txt; git commit -qam x; git switch -q main; echo y > a.txt; git commit -qam y; git merge -q o || true",
            nil),
        Work("a bisect", "git bisect start -q", nil),
        Work("a cherry-pick", "git rev-parse HEAD > .git/CHERRY_PICK_HEAD", nil),
        Work("a lock that a killed git left", ": > .git/index.lock", nil),
        Work(
            "a rebase",
            "git switch -q -c o; echo x > a.txt; git commit -qam x; git switch -q main; echo y > a.txt; git commit -qam y; git rebase -q o 2>/dev/null || true",
            nil),
        Work("two checkouts", "git worktree add -q --force $ROOT/second main", nil),
    ])
    func `a checkout with work of its own is not touched, and the branch stays`(work: Work) async throws {
        try await withFeature { scratch, repository, base, tip in
            try await scratch.sh(work.script)
            let current = try await repository.baseTip(main)
            let before = try await scratch.sh(everything)
            let candidate: MergeCandidate
            if current == base {
                guard case .clean(let clean) = try await repository.previewMerge(of: tip, into: main, message: message, time: someTime) else {
                    throw Unexpected(what: "conflict")
                }
                candidate = clean
            } else {
                // The script committed on main, in conflict with the feature; any commit on top of it will do.
                let commit = try await repository.commit(repository.tree(of: tip), parents: [current], message: message, time: someTime)
                candidate = MergeCandidate(base: main, baseTip: current, commit: commit, tree: try await repository.tree(of: tip))
            }
            let outcome = try await repository.complete(candidate)
            if let files = work.files {
                #expect(outcome == .checkoutDirty(files.map { FilePath($0) }))
            } else if case .checkoutBusy(let reason) = outcome {
                #expect(reason.contains(scratch.repo.string))
            } else {
                Issue.record("\(outcome)")
            }
            #expect(try await scratch.sh(everything) == before)
            #expect(try await repository.tip(of: main) == current)
        }
    }

    @Test func `a base that is checked out nowhere moves alone, and in a linked worktree it moves with it`() async throws {
        try await withFeature { scratch, repository, base, tip in
            try await scratch.sh(
                "git switch -q -c elsewhere; echo dirty >> a.txt; git worktree add -q $ROOT/linked main; git worktree add -q $ROOT/gone -b gone; rm -r $ROOT/gone"
            )
            guard case .merged = try await repository.merge(tip, into: main, message: message, time: someTime) else {
                throw Unexpected(what: "not merged")
            }
            #expect(scratch.read("linked/new/b.txt") == "b\n" && scratch.read("repo/a.txt") == "1\n2\n3\ndirty\n")
            #expect(try await scratch.sh("git status --porcelain", in: "linked").isEmpty)
        }
        try await withFeature { scratch, repository, base, tip in
            try await scratch.sh("git switch -q --detach; echo dirty >> a.txt")
            guard case .merged = try await repository.merge(tip, into: main, message: message, time: someTime) else {
                throw Unexpected(what: "not merged")
            }
            #expect(scratch.read("repo/a.txt") == "1\n2\n3\ndirty\n")
        }
    }

    @Test func `a base that moved meanwhile is said, and nothing is lost`() async throws {
        try await withFeature { scratch, repository, base, tip in
            guard case .clean(let candidate) = try await repository.previewMerge(of: tip, into: main, message: message, time: someTime) else {
                throw Unexpected(what: "conflict")
            }
            try await scratch.sh("echo theirs > theirs; git add -A; git commit -qm theirs")
            let before = try await scratch.sh(everything)
            #expect(try await repository.complete(candidate) == .baseMoved)
            #expect(try await scratch.sh(everything) == before)
            guard case .merged = try await repository.merge(tip, into: main, message: message, time: someTime) else {
                throw Unexpected(what: "not merged")
            }
            #expect(try await scratch.sh("git status --porcelain; cat theirs new/b.txt") == "theirs\nb")
        }
    }

    @Test func `conflicts are listed and nothing moves`() async throws {
        try await withFeature { scratch, repository, base, tip in
            try await scratch.sh("sed -i s/1/uno/ a.txt; echo x >> d/old.txt; git commit -qam theirs")
            let before = try await scratch.sh(everything)
            #expect(try await repository.merge(tip, into: main, message: message, time: someTime) == .conflict(["a.txt", "d/old.txt"]))
            #expect(try await scratch.sh(everything) == before)
        }
    }

    @Test func `line ends that the user's attributes ask for come into their checkout`() async throws {
        try await ScratchRepository.with([".gitattributes": "*.bat text eol=crlf\n", "a.txt": "1\n"]) { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            try scratch.write("x\n", "trees/work/run.bat")
            let tip = try await scratch.commit(repository, worktree, base: base)
            guard case .merged = try await repository.merge(tip, into: main, message: message, time: someTime) else {
                throw Unexpected(what: "not merged")
            }
            #expect(scratch.read("repo/run.bat") == "x\r\n")
            #expect(try await scratch.sh("git status --porcelain").isEmpty)
        }
    }

    @Test func `a feature branch that a person looks at comes along when clean`() async throws {
        try await withFeature { scratch, repository, base, tip in
            #expect(try await repository.updateBranch(feature, to: base, expecting: nil) == .updated)
            try await scratch.sh("git switch -q \(feature)")
            #expect(try await repository.updateBranch(feature, to: tip, expecting: base) == .updated)
            #expect(try await scratch.sh("git status --porcelain; cat new/b.txt") == "b")
            try await scratch.sh("echo mine >> a.txt")
            #expect(try await repository.updateBranch(feature, to: base, expecting: tip) == .checkoutDirty(["a.txt"]))
        }
    }
}
