@testable internal import FerryGit
internal import FerryModel
internal import FerrySystem
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1))) struct GitRepositoryTests {
    private func code(_ body: () async throws -> Void) async -> GitError.Code? {
        do { try await body() } catch let error as GitError { return error.code } catch { return nil }
        return nil
    }

    @Test func `a folder that is no repository, or lies in one, is told apart`() async throws {
        try await ScratchRepository.with { scratch in
            try await scratch.sh("mkdir sub $ROOT/plain && git worktree add -q $ROOT/linked -b other")
            for (name, expected) in [
                ("plain", GitError.Code.notARepository), ("repo/sub", .notTopFolder), ("linked", .notTopFolder), ("none", .notARepository),
            ] {
                let path = scratch.root.pushing(FilePath(name))
                #expect(await code { _ = try await GitRepository.open(path: path, privateDirectory: scratch.state) } == expected, "\(name)")
            }
            await #expect(throws: GitError.self) { try await GitRepository.open(path: "/", privateDirectory: scratch.state) }
        }
    }

    @Test func `a repository without commits is refused`() async throws {
        try await ScratchRepository.with([:]) { scratch in
            #expect(await code { _ = try await scratch.open() } == .noCommits)
        }
    }

    @Test func `a missing base branch is refused and the others are named`() async throws {
        try await ScratchRepository.with { scratch in
            let repository = try await scratch.open()
            let error = await #expect(throws: GitError.self) { _ = try await repository.baseTip(.named("trunk")) }
            #expect(error?.code == .baseBranchMissing && error?.remedy.contains("main") == true)
        }
    }

    @Test(arguments: [
        ("git config remote.origin.promisor true", "partial clone"), ("git config core.worktree /tmp", "core.worktree"),
    ])
    func `settings that Ferry cannot keep are refused`(setting: String, named: String) async throws {
        try await ScratchRepository.with { scratch in
            try await scratch.sh(setting)
            let error = await #expect(throws: GitError.self) { _ = try await scratch.open() }
            #expect(error?.code == .unsupported && error?.message.contains(named) == true)
        }
    }

    @Test func `submodules and LFS are refused, a harmless attribute is not`() async throws {
        for (name, text, refused) in [
            (".gitmodules", "[submodule \"x\"]\n", true), ("sub/.gitattributes", "*.bin filter=lfs diff=lfs\n", true),
            (".gitattributes", "*.txt text eol=lf # filter=lfs\n#x filter=lfs\n", true),
            (".gitattributes", "#* filter=lfs\n*.txt text\n*.ipynb filter=strip\n", false),
        ] {
            try await ScratchRepository.with([name: text]) { scratch in
                let repository = try await scratch.open()
                let tip = try await repository.baseTip(main)
                let found = await code { try await repository.requireSupported(tip) }
                #expect(found == (refused ? .unsupported : nil), "\(name) \(text)")
                let inspection = try await repository.inspectForInit()
                #expect(inspection.base == main && (inspection.obstacle != nil) == refused)
                #expect(inspection.usesSubmodules == (name == ".gitmodules"))
            }
        }
    }

    @Test func `the default branch is what HEAD names, else main`() async throws {
        try await ScratchRepository.with { scratch in
            let repository = try await scratch.open()
            try await scratch.sh("git branch zz && git switch -q -c work")
            #expect(try await repository.defaultBranch()?.rawValue == "work")
            try await scratch.sh("git switch -q --detach")
            #expect(try await repository.defaultBranch() == main)
        }
    }

    @Test func `branches are made, compared, set and listed`() async throws {
        try await ScratchRepository.with { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            #expect(try await repository.tip(of: feature) == nil)
            try scratch.write("two\n", "trees/work/a.txt")
            let commit = try await scratch.commit(repository, worktree, base: base)
            #expect(try await repository.updateBranch(feature, to: commit, expecting: nil) == .updated)
            #expect(try await repository.updateBranch(feature, to: commit, expecting: nil) == .updated, "once more is the same")
            #expect(try await repository.updateBranch(feature, to: base, expecting: nil) == .moved(commit))
            #expect(try await repository.updateBranch(feature, to: base, expecting: base) == .moved(commit))
            #expect(try await repository.branches(withPrefix: "ferry/") == [feature: commit])
            #expect(try await repository.isAncestor(base, of: commit))
            #expect(try await !repository.isAncestor(commit, of: base))
            #expect(try await repository.commitExists(commit))
            let none = try #require(CommitID(String(repeating: "1", count: 40)))
            #expect(try await !repository.commitExists(none))
            #expect(try await scratch.sh("git show ferry/FR-001-try:a.txt && git fsck --strict") == "two")
        }
    }

    @Test func `a bare repository works as any other`() async throws {
        try await ScratchRepository.with { scratch in
            try await scratch.sh("git clone -q --bare . $ROOT/bare.git")
            let repository = try await GitRepository.open(path: scratch.root.appending("bare.git"), privateDirectory: scratch.state)
            let base = try await repository.baseTip(main)
            let worktree = try await repository.createWorktree(at: scratch.worktreeFolder, from: base)
            try scratch.write("two\n", "trees/work/b.txt")
            let commit = try await scratch.commit(repository, worktree, base: base)
            guard case .merged(let merge) = try await repository.merge(commit, into: main, message: message, time: someTime) else {
                throw Unexpected(what: "not merged")
            }
            #expect(try await repository.tip(of: main) == merge)
        }
    }

    @Test func `repositories with alternates, shallow ones and SHA-256 ones work`() async throws {
        for make in [
            "git clone -q --shared $ROOT/repo $ROOT/other", "git commit -q --allow-empty -m 2; git clone -q --depth 1 file://$ROOT/repo $ROOT/other",
            "git init -q -b main --object-format=sha256 $ROOT/other; cd $ROOT/other; echo one > a.txt; git add -A; git commit -q -m first",
        ] {
            try await ScratchRepository.with { scratch in
                try await scratch.sh(make)
                let repository = try await GitRepository.open(path: scratch.root.appending("other"), privateDirectory: scratch.state)
                #expect(try repository.objectStores().count == (make.contains("--shared") ? 2 : 1))
                let base = try await repository.baseTip(main)
                let worktree = try await repository.createWorktree(at: scratch.worktreeFolder, from: base)
                try scratch.write("two\n", "trees/work/b.txt")
                let commit = try await scratch.commit(repository, worktree, base: base)
                #expect(commit.hex.utf8.count == (make.contains("sha256") ? 64 : 40))
                let outcome = try await repository.merge(commit, into: main, message: message, time: someTime)
                guard case .merged = outcome else { throw Unexpected(what: "\(outcome)") }
                #expect(try await scratch.sh("cat b.txt; git fsck; git status --porcelain; git log --oneline | wc -l", in: "other") == "two\n3")
            }
        }
    }

    @Test(arguments: [("2.38.0", true), ("2.39.5", true), ("3.0", true), ("2.37.9", false), ("1.9", false), ("x", false)])
    func `versions before 2.38 are too old`(version: String, fits: Bool) { #expect(GitProgram.isNewEnough(version) == fits) }

    @Test func `git missing or too old is said`() async throws {
        try await ScratchRepository.with { scratch in
            #expect(await code { _ = try await GitProgram.find(searchPath: scratch.repo.string) } == .gitMissing)
            try await scratch.sh(#"mkdir $ROOT/old; printf '#!/bin/sh\necho git version 2.20.1\n' > $ROOT/old/git; chmod +x $ROOT/old/git"#)
            #expect(await code { _ = try await GitProgram.find(searchPath: scratch.root.appending("old").string) } == .gitTooOld)
        }
    }

    @Test func `what git says is one printable line in the error`() async throws {
        try await ScratchRepository.with { scratch in
            let repository = try await scratch.open()
            let none = try #require(TreeID(String(repeating: "1", count: 40)))
            let error = await #expect(throws: GitError.self) { _ = try await repository.commit(none, parents: [], message: message, time: someTime) }
            #expect(error?.code == .failed && error?.message.contains("git commit-tree failed") == true)
            #expect(GitCommand.excerpt(Array("a\u{1b}[1m\nb".utf8)) == "a [1m b")
        }
    }
}
