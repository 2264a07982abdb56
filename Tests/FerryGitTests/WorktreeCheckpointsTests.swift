internal import FerryModel
internal import FerrySystem
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryGit

@Suite(.timeLimit(.minutes(2))) struct WorktreeCheckpointsTests {
    private func checkpoints(_ repository: GitRepository, _ worktree: Worktree) async throws -> WorktreeCheckpoints {
        let checkpoints = WorktreeCheckpoints(of: worktree, in: repository, feature: FeatureID(number: 1), run: RunNumber(1))
        try await checkpoints.adopt(try await repository.tree(of: worktree.base))
        return checkpoints
    }

    /// Changes of the kinds that agents make, links, folders that become files, and files that begin to be ignored among them.
    private static let changes = [
        "echo $N > a.txt", "echo $N >> d/b.txt", "mkdir -p new/deep; echo $N > new/deep/file$N", "rm -rf new", "rm -f a.txt", "chmod +x d/b.txt",
        "rm -rf d; echo file > d", "rm -rf d; mkdir d; echo x > d/b.txt", "echo 'build/' > .gitignore", "mkdir -p build; echo $N > build/out$N",
        "rm -f .gitignore", "ln -sf a.txt link", "rm -f link", "echo '*.log' > .gitignore; echo $N > x.log",
        "touch -d '2001-01-01' d/b.txt 2>/dev/null || true",
        "rm -rf build", "printf same > twice; printf eman > twice", "echo $N > \"$(printf 'odd name \\303\\251 *?')\"", "true",
    ]

    @Test(arguments: [UInt64(1), 2, 3]) func `after any change the checkpoint is what a snapshot of every file would be`(seed: UInt64) async throws {
        try await ScratchRepository.with(["a.txt": "one\n", "d/b.txt": "two\n", "d/c.txt": "three\n"]) { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            let checkpoints = try await checkpoints(repository, worktree)
            let first = try await repository.tree(of: base)
            var isOther = false
            var state = seed
            for number in 1...25 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let change = Self.changes[Int(state >> 33) % Self.changes.count]
                try await scratch.sh("cd $WT; N=\(number)\n(\(change)) 2>/dev/null || true")
                let quick = try await checkpoints.take()
                let whole = try await repository.snapshot(worktree, base: base)
                #expect(quick == whole, "seed \(seed), change \(number): \(change)")
                guard case .tree(let tree) = quick else { continue }
                isOther = isOther || tree != first
                guard isOther else { continue }
                try await checkpoints.settle()
                #expect(try await scratch.sh("git rev-parse refs/ferry/turns/FR-001/run-1") == tree.hex)
            }
        }
    }

    @Test func `a worktree that was refused is refused until it is mended`() async throws {
        try await ScratchRepository.with { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            let checkpoints = try await checkpoints(repository, worktree)
            try await scratch.sh("cd $WT; ln -s /etc/passwd out")
            for _ in 1...2 {
                guard case .refused(let refusals) = try await checkpoints.take() else { throw Unexpected(what: "taken") }
                #expect(refusals.map(\.reason) == [.escapingLink])
            }
            try await scratch.sh("cd $WT; rm out; echo new > a.txt")
            #expect(try await checkpoints.take() == repository.snapshot(worktree, base: base))
        }
    }

    @Test func `a worktree is made again as it was at its checkpoint`() async throws {
        try await ScratchRepository.with { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            let checkpoints = try await checkpoints(repository, worktree)
            try await scratch.sh("cd $WT; echo new > b.txt; echo two > a.txt")
            guard case .tree(let tree) = try await checkpoints.take() else { throw Unexpected(what: "refused") }
            try await scratch.sh("cd $WT; rm a.txt; echo later > c.txt; touch ../work.index.lock")
            let again = try await repository.createWorktree(at: worktree.folder, from: base, holding: try await repository.tree(at: tree.hex))
            #expect(again.base == base)
            #expect(try await scratch.sh("cd $WT; cat a.txt b.txt; ls") == "two\nnew\na.txt\nb.txt")
            let other = try await self.checkpoints(repository, again)
            #expect(try await other.take() == .tree(tree))
            for kept in [checkpoints, other] { try await kept.settle() }
            #expect(try await repository.tree(at: String(repeating: "a", count: 40)) == nil)
            try await repository.dropCheckpoints(of: FeatureID(number: 1), through: RunNumber(1))
            #expect(try await scratch.sh("git for-each-ref refs/ferry") == "")
        }
    }

    /// With FERRY_LONG a figure for the benchmarks: the median of 30, beside git's own two commands on the same files.
    @Test func `a checkpoint costs about what git needs for the same`() async throws {
        let files = getenv("FERRY_LONG") == nil ? 500 : 5_000
        try await ScratchRepository.with { scratch in
            try await scratch.sh(
                "for d in $(seq \(files / 10)); do mkdir -p src/d$d; for f in 0 1 2 3 4 5 6 7 8 9; do echo \"$d $f\" > src/d$d/f$f.txt; done; done; "
                    + "git add -A; git commit -q -m files")
            let (repository, worktree, _) = try await scratch.worktree()
            let checkpoints = try await checkpoints(repository, worktree)
            try await scratch.sh("cp -r $WT $ROOT/plain; cd $ROOT/plain; git init -q; git add -A")
            _ = try await checkpoints.take()
            var own: [Duration] = []
            var plain: [Duration] = []
            let environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
            let script = "cd \(scratch.root)/plain && git add -A && git write-tree"
            for number in 1...30 {
                try scratch.write("\(number)\n", "trees/work/src/d1/f1.txt")
                try scratch.write("\(number)\n", "plain/src/d1/f1.txt")
                own.append(try await ContinuousClock().measure { _ = try await checkpoints.take() })
                let command = GitCommand(program: "/bin/sh", arguments: ["-c", script], environment: environment)
                plain.append(try await ContinuousClock().measure { _ = try await command.output() })
            }
            let (mine, yardstick) = (own.sorted()[15], plain.sorted()[15])
            print("checkpoint at \(files) files: median \(mine), git add -A && git write-tree: \(yardstick), ratio \(mine / yardstick)")
            #expect(mine < .seconds(1))
        }
    }
}
