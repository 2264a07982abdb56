@testable internal import FerryGit
internal import FerryModel
internal import FerrySystem
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1))) struct PrescanTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        /// What plain git makes of the tree: the control.
        enum PlainGit: String, Sendable {
            /// It is committed.
            case takes
            /// It is not committed, and nobody is told.
            case passesOver = "passes over"
            /// Nothing can be committed any more.
            case fails
            /// Where `.git` is a file, as in a linked worktree, git comes to another repository or to none.
            case leaves
        }

        let name: String
        let script: String
        let reason: PrescanRefusal.Reason
        let plainGit: PlainGit
        var testDescription: String { name }
        init(_ name: String, _ script: String, _ reason: PrescanRefusal.Reason, plainGit: PlainGit = .takes) {
            (self.name, self.script, self.reason, self.plainGit) = (name, script, reason, plainGit)
        }
    }

    static let attacks = [
        Attack("nested repository", "git init -q sub", .nestedRepository, plainGit: .fails),
        Attack("nested repository with a commit", "git init -q sub; cd sub; git commit -q --allow-empty -m x", .nestedRepository),
        Attack("nested .git file", "mkdir sub; echo 'gitdir: /tmp' > sub/.git; echo x > sub/x", .nestedRepository),
        Attack("top .git with content", "echo 'gitdir: /tmp' > .git", .nestedRepository, plainGit: .leaves),
        Attack("top .git directory", "git init -q .", .nestedRepository, plainGit: .leaves),
        Attack("top .git link", "ln -s a.txt .git", .nestedRepository, plainGit: .leaves),
        Attack("bare repository", "git init -q --bare sub", .nestedRepository),
        Attack(
            "bare repository whose parts lie elsewhere",
            "mkdir -p sub x/objects x/refs; echo 'ref: refs/heads/m' > sub/HEAD; echo ../x > sub/commondir",
            .nestedRepository),
        Attack("link into a git directory", "mkdir d; ln -s ../.git/config d/c", .escapingLink),
        Attack("link into a git directory by another name", "ln -s 'GIT~1/hooks' c", .escapingLink),
        Attack("submodule file for HFS+", #"echo x > "$(printf '.git\342\200\214modules')""#, .submodule),
        Attack("submodule file for NTFS", "echo x > GITMOD~1", .submodule),
        Attack(
            "tracked file turned into a repository",
            "echo a.txt > .gitignore; rm a.txt; git init -q a.txt; cd a.txt; git commit -q --allow-empty -m x", .submodule),
        Attack("capitals", "mkdir .GIT; echo x > .GIT/x", .gitLookAlike, plainGit: .fails),
        Attack("short name", "mkdir git~1; echo x > git~1/x", .gitLookAlike, plainGit: .fails),
        Attack("ignorable character", #"d=$(printf '.g\342\200\214it'); mkdir $d; echo x > $d/x"#, .gitLookAlike),
        Attack("stream", "mkdir '.git::$INDEX_ALLOCATION'; echo x > '.git::$INDEX_ALLOCATION/x'", .gitLookAlike, plainGit: .fails),
        Attack("trailing dots", "mkdir -p 'x/.git. .'; echo x > 'x/.git. ./x'", .gitLookAlike, plainGit: .fails),
        Attack("git's name behind a backslash", #"echo x > 'foo\.git'"#, .gitLookAlike, plainGit: .fails),
        Attack("git's name before a backslash", #"echo x > '.\.GIT\foobar'"#, .gitLookAlike, plainGit: .fails),
        Attack("a link as a list of submodules", "ln -s a.txt .gitmodules", .submodule, plainGit: .fails),
        Attack("a link as a list of submodules, deeper", "mkdir d; ln -s x d/.gitmodules", .submodule, plainGit: .fails),
        Attack("FIFO", "mkfifo pipe", .specialFile, plainGit: .passesOver),
        Attack("FIFO as .gitignore", "mkdir build; echo build > .gitignore; mkfifo build/.gitignore", .specialFile),
        Attack("socket", "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"s\")'", .specialFile, plainGit: .passesOver),
        Attack("setuid", "echo x > s; chmod 4755 s", .setIdBits),
        Attack("setgid", "mkdir d; chmod 2755 d; echo x > d/s; chmod 2755 d/s", .setIdBits),
        Attack("hard link", "echo x > x; ln x y", .hardLink),
        Attack("absolute link", "ln -s /etc/passwd p", .escapingLink),
        Attack("link out of the tree", "mkdir d; ln -s ../../x d/p", .escapingLink),
        Attack("link out by a chain", "mkdir d; ln -s .. d/up; ln -s up/.. d/p", .escapingLink),
        Attack("line end in a name", #"echo x > "$(printf 'a\nb')""#, .controlCharacter),
        Attack("escape in a name", #"d=$(printf 'a\033b'); mkdir $d; echo x > $d/x"#, .controlCharacter),
        Attack("submodule file", "echo x > .gitmodules", .submodule),
        Attack("huge .gitignore", "mkdir d; truncate -s 2M d/.gitignore", .tooManyBytes),
        Attack(
            "too long a path", "d=$(printf 'b%.0s' $(seq 200)); i=0; while [ $i -lt 16 ]; do mkdir $d; cd $d; i=$((i+1)); done; echo x > x", .tooDeep),
        Attack(
            "a path that the kernel takes in parts only",
            "d=$(printf 'b%.0s' $(seq 200)); i=0; while [ $i -lt 30 ]; do mkdir $d; cd -P ./$d; i=$((i+1)); done; echo x > x", .tooDeep,
            plainGit: .passesOver
        ),
        Attack("too deep", "d=.; i=0; while [ $i -lt 201 ]; do d=$d/d; i=$((i+1)); done; mkdir -p $d; echo x > $d/x", .tooDeep),
    ]

    @Test(arguments: attacks)
    func `a hostile tree is refused and no branch moves`(attack: Attack) async throws {
        try await ScratchRepository.with { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            guard case .tree = try await repository.snapshot(worktree, base: base) else { throw Unexpected(what: "refused before the attack") }
            try await scratch.sh("umask 022; cd $WT; " + attack.script)
            let outcome = try await repository.snapshot(worktree, base: base)
            guard case .refused(let refusals) = outcome else { throw Unexpected(what: "taken: \(outcome)") }
            #expect(refusals.map(\.reason).contains(attack.reason), "\(refusals)")
            #expect(refusals.allSatisfy { !$0.description.unicodeScalars.contains { $0.value < 32 } })
            try Worktree.remove(at: worktree.folder)
        }
    }

    @Test func `a FIFO that is named .gitignore holds naive git, and not Ferry`() async throws {
        try await ScratchRepository.with { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            try await scratch.sh("mkdir $WT/d; echo x > $WT/d/x; mkfifo $WT/d/.gitignore")
            #expect(try await scratch.sh("timeout 1 git --work-tree=$WT ls-files -o --exclude-standard >/dev/null || echo $?") == "124", "control")
            #expect(try await repository.snapshot(worktree, base: base) == .refused([PrescanRefusal(reason: .specialFile, path: "d/.gitignore")]))
        }
    }

    @Test func `what .gitignore excludes may hold anything, and is not taken over`() async throws {
        try await ScratchRepository.with([".gitignore": "node_modules/\n.venv\n/.build\n"]) { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            try await scratch.sh(
                """
                cd $WT; : > .git; mkdir -p node_modules/p/.git .venv/bin .build/checkouts; git init -q .build/checkouts/x
                ln -s /usr/bin/python3 .venv/bin/python; echo x > .build/x; ln .build/x .build/y; mkfifo node_modules/pipe; echo n > new
                """)
            let commit = try await scratch.commit(repository, worktree, base: base)
            #expect(try await repository.changes(from: base, to: commit).map(\.path) == ["new"])
        }
    }

    @Test func `links of the base commit are the user's own until they change, and links inside are taken`() async throws {
        try await ScratchRepository.with { scratch in
            try await scratch.sh("ln -s /etc/hostname abs; ln -s ../out esc; git add -A; git commit -q -m links")
            let (repository, worktree, base) = try await scratch.worktree()
            try await scratch.sh("cd $WT; mkdir -p d/e; ln -s ../../a.txt d/e/in; ln -s ./e/./in d/in2; ln -s nowhere dangling")
            let commit = try await scratch.commit(repository, worktree, base: base)
            #expect(try await repository.changes(from: base, to: commit).map(\.path) == ["d/e/in", "d/in2", "dangling"])
            try await scratch.sh("ln -sfn /etc/shadow $WT/abs")
            #expect(try await repository.snapshot(worktree, base: base) == .refused([PrescanRefusal(reason: .escapingLink, path: "abs")]))
        }
    }

    @Test func `a bare repository among the files of the base is the user's own`() async throws {
        try await ScratchRepository.with { scratch in
            try await scratch.sh(
                "git init -q --bare fixture.git; touch fixture.git/objects/keep fixture.git/refs/keep; git add -A; git commit -q -m fixture")
            let (repository, worktree, base) = try await scratch.worktree()
            guard case .tree = try await repository.snapshot(worktree, base: base) else { throw Unexpected(what: "refused") }
        }
    }

    @Test func `too many new files are refused, ignored or old ones do not count`() async throws {
        #expect(PrescanLimits().newFiles == 20_000)
        try await ScratchRepository.with([".gitignore": "out/\n", "a": "", "b": "", "c": ""]) { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            var limits = PrescanLimits()
            limits.newFiles = 300
            try await scratch.sh("cd $WT; mkdir out; cd out; seq 301 | xargs touch; mv 1 ..")
            guard case .tree = try await repository.snapshot(worktree, base: base, limits: limits) else {
                throw Unexpected(what: "ignored files counted")
            }
            try await scratch.sh("mv $WT/out $WT/in")
            #expect(
                try await repository.snapshot(worktree, base: base, limits: limits) == .refused([PrescanRefusal(reason: .tooManyFiles, path: "")]))
            limits.newFiles = 301
            guard case .tree = try await repository.snapshot(worktree, base: base, limits: limits) else {
                throw Unexpected(what: "old files counted")
            }
            limits.entries = 300
            #expect(
                try await repository.snapshot(worktree, base: base, limits: limits) == .refused([PrescanRefusal(reason: .tooManyFiles, path: "")]))
        }
    }

    @Test func `too many new bytes are refused, ignored ones do not count`() async throws {
        try await ScratchRepository.with([".gitignore": "*.o\n", "big": String(repeating: "x", count: 3000)]) { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            var limits = PrescanLimits()
            limits.newBytes = 2000
            try await scratch.sh("cd $WT; truncate -s 1T x.o; truncate -s 1500 y")
            guard case .tree = try await repository.snapshot(worktree, base: base, limits: limits) else {
                throw Unexpected(what: "old bytes counted")
            }
            try await scratch.sh("truncate -s 1T $WT/y")
            #expect(
                try await repository.snapshot(worktree, base: base, limits: limits) == .refused([PrescanRefusal(reason: .tooManyBytes, path: "")]))
        }
    }

    @Test(arguments: [
        (".git", true), (".Git", true), (".git ", true), (".git...", true), (".git:x", true), ("GIT~1", true), ("git~2 .", true),
        (".g\u{feff}it", true),
        (".gitignore", false), (".github", false), ("git", false), ("x.git", false), ("git~1x", false), (".git-blame", false),
    ])
    func `names that some system takes for .git are known`(name: String, matches: Bool) { #expect(GitLookAlike.matches(Array(name.utf8)) == matches) }
}
