@testable internal import FerryGit
internal import FerryModel
internal import FerrySystem
internal import SystemPackage
internal import Testing

/// Programs that a repository's settings, hooks or attributes name. Each case shows first that plain git runs the program
/// (it leaves `$ROOT/fired`), then that Ferry's whole way, from worktree to merged checkout, does not.
@Suite(.timeLimit(.minutes(1))) struct HostileConfigurationTests {
    struct Trap: Sendable, CustomTestStringConvertible {
        let name: String
        /// Set in the user's repository; `$EVIL` is a program that leaves the sign and passes its input on.
        let set: String
        /// What the agent does in its worktree.
        let agent: String
        /// Plain git at work, in a copy of the repository with the agent's files on a branch `naive`.
        let control: String
        var testDescription: String { name }

        init(_ name: String, set: String, agent: String = "true", control: String) {
            (self.name, self.set, self.agent, self.control) = (name, set, agent, control)
        }
    }

    private static let traps =
        [
            "reference-transaction": "git update-ref refs/heads/x HEAD", "post-checkout": "git checkout -q -b x",
            "post-index-change": "git status; touch a.txt; git status",
            "pre-commit": "git commit --allow-empty -q -m x", "post-commit": "git commit --allow-empty -q -m x", "post-merge": "git merge -q naive",
            "commit-msg": "git commit --allow-empty -q -m x",
        ].sorted { $0.key < $1.key }.map { hook, control in
            Trap("hook \(hook)", set: "cp $EVIL .git/hooks/\(hook)", control: control)
        } + [
            Trap(
                "core.hooksPath", set: "mkdir $ROOT/hooks; cp $EVIL $ROOT/hooks/reference-transaction; git config core.hooksPath $ROOT/hooks",
                control: "git branch x"),
            Trap("core.fsmonitor", set: "git config core.fsmonitor $EVIL", control: "git status"),
            Trap(
                "clean filter", set: "git config filter.evil.clean $EVIL", agent: "echo '* filter=evil' > .gitattributes",
                control: "git checkout -q naive; echo y >> a.txt; git add -A"),
            Trap(
                "smudge filter", set: "git config filter.Evil.smudge $EVIL; git config filter.Evil.required true",
                agent: "echo '* filter=Evil' > .gitattributes", control: "git checkout -q naive"),
            Trap(
                "filter process", set: "git config filter.e.v=i.process $EVIL", agent: "echo '* filter=e.v=i' > .gitattributes",
                control: "git checkout -q naive || true"),
            Trap(
                "included filter", set: "git config include.path $ROOT/more; git config -f $ROOT/more filter.evil.smudge $EVIL",
                agent: "echo '* filter=evil' > .gitattributes", control: "git checkout -q naive"),
            Trap(
                "filter that clean files need",
                set: "echo '*.txt filter=evil' > .gitattributes; git add -A; git commit -q -m attributes; git config filter.evil.clean $EVIL",
                control: "touch a.txt; git status"),
            Trap(
                "textconv", set: "git config diff.evil.textconv $EVIL", agent: "echo '* diff=evil' > .gitattributes",
                control: "git checkout -q naive; git diff HEAD~1"),
            Trap(
                "diff driver", set: "git config diff.evil.command $EVIL", agent: "echo '* diff=evil' > .gitattributes",
                control: "git checkout -q naive; git diff HEAD~1"),
            Trap("diff.external", set: "git config diff.external $EVIL", control: "git diff HEAD naive"),
            Trap(
                "merge driver", set: "git config merge.evil.driver $EVIL", agent: "echo '* merge=evil' > .gitattributes; echo z >> a.txt",
                control: "cp $WT/.gitattributes .git/info/attributes; git merge -q naive || true"),
            Trap("gpg", set: "git config commit.gpgSign true; git config gpg.program $EVIL", control: "git commit -q --allow-empty -m x || true"),
            Trap(
                "editor and pager", set: "git config core.editor $EVIL; git config core.pager $EVIL", control: "git commit -q --allow-empty || true"),
            Trap("settings of the home", set: "git config -f $ROOT/home/.gitconfig core.fsmonitor $EVIL", control: "git status"),
        ]

    @Test(arguments: traps)
    func `no program that a repository names runs on the way from worktree to merge`(trap: Trap) async throws {
        let files = ["a.txt": "one\n", "evil": "#!/bin/sh\n: > ROOT/fired\nexec cat\n"]
        try await ScratchRepository.with(files) { scratch in
            let evil = "EVIL=$ROOT/evil; "
            try await scratch.sh("sed \"s,ROOT,$ROOT,\" evil > $ROOT/evil; chmod +x $ROOT/evil; echo base >> evil")
            try await scratch.sh("git commit -qam two; " + evil + trap.set)
            _ = try scratch.fired()
            let (repository, worktree, base) = try await scratch.worktree()
            try await scratch.sh("cd $WT; echo more >> a.txt; echo new > b.txt; " + trap.agent)
            #expect(try !scratch.fired(), "making a worktree")
            let commit = try await scratch.commit(repository, worktree, base: base)
            #expect(try await repository.updateBranch(feature, to: commit, expecting: nil) == .updated)
            _ = try await repository.changes(from: base, to: commit)
            _ = try await repository.diff(from: base, to: commit)
            try await repository.export(commit, to: scratch.root.appending("out"))
            #expect(try !scratch.fired(), "snapshot, commit, branch, diff, export")
            // Plain git, in a copy.
            try await scratch.sh(
                "cp -a $ROOT/repo $ROOT/naive; cd $ROOT/naive; git -c core.hooksPath=/dev/null update-ref refs/heads/naive \(commit)")
            if trap.name == "merge driver" {
                try await scratch.sh("echo other >> a.txt; git -c core.hooksPath=/dev/null commit -qam other", in: "naive")
            }
            _ = try scratch.fired()
            try await scratch.sh("exec < /dev/null > /dev/null; " + evil + trap.control, in: "naive")
            #expect(try scratch.fired(), "control: plain git runs it")
            let outcome = try await repository.merge(commit, into: main, message: message, time: someTime)
            #expect(try !scratch.fired(), "merge")
            guard case .merged(let merge) = outcome else { throw Unexpected(what: "\(outcome)") }
            #expect(try await repository.tip(of: main) == merge)
            #expect(scratch.read("repo/b.txt") == "new\n")
        }
    }

    @Test func `a merge driver does not run where both sides changed one file`() async throws {
        try await ScratchRepository.with(["a.txt": "1\n2\n3\n4\n5\n"]) { scratch in
            try await scratch.sh(
                "printf '#!/bin/sh\\n: > %s/fired\\n' $ROOT > $ROOT/evil; chmod +x $ROOT/evil; git config merge.evil.driver \"$ROOT/evil %A\"")
            let (repository, worktree, base) = try await scratch.worktree()
            try await scratch.sh("cd $WT; sed -i s/1/one/ a.txt; echo '* merge=evil' > .gitattributes")
            let commit = try await scratch.commit(repository, worktree, base: base)
            try await scratch.sh("sed -i s/5/five/ a.txt; echo '* merge=evil' > .gitattributes; git add -A; git commit -qm other")
            try await scratch.sh(
                "git clone -q . $ROOT/naive; cd $ROOT/naive; git config merge.evil.driver \"$ROOT/evil %A\"; git fetch -q $ROOT/repo \(commit) 2>/dev/null || cp -r $ROOT/repo/.git/objects .git/; git merge -q \(commit)"
            )
            #expect(try scratch.fired(), "control: plain git runs it")
            guard case .merged = try await repository.merge(commit, into: main, message: message, time: someTime) else {
                throw Unexpected(what: "not merged")
            }
            #expect(try !scratch.fired())
            #expect(scratch.read("repo/a.txt") == "one\n2\n3\n4\nfive\n")
        }
    }

    @Test func `a replaced object is not believed`() async throws {
        try await ScratchRepository.with { scratch in
            try await scratch.sh("git replace $(git rev-parse HEAD:a.txt) $(echo forged | git hash-object -w --stdin)")
            #expect(try await scratch.sh("git show HEAD:a.txt") == "forged", "control")
            let (repository, worktree, base) = try await scratch.worktree()
            #expect(scratch.read("trees/work/a.txt") == "one\n")
            #expect(try await repository.fileContents("a.txt", in: base) == Array("one\n".utf8))
            #expect(try await repository.snapshot(worktree, base: base) == .tree(repository.tree(of: base)))
        }
    }

    @Test func `every driver and configured hook is made to do nothing`() {
        let neutral = GitEnvironment.neutralising([
            "filter.a.clean", "filter.a.required", "diff.b.c.textconv", "merge.x.driver", "hook.h.command", "user.name", "core.bare",
        ])
        #expect(
            neutral.map { "\($0.key)=\($0.value)" } == [
                "filter.a.clean=", "filter.a.required=false", "diff.b.c.textconv=", "merge.x.driver=", "hook.h.enabled=false",
            ])
        #expect(GitEnvironment.base["GIT_CONFIG_GLOBAL"] == "/dev/null" && GitEnvironment.base["HOME"] == "/nonexistent")
    }
}
