internal import FerryModel
internal import FerrySystem
internal import SystemPackage
internal import Testing

@testable internal import FerryGit

/// Each attack is made twice: in a repository whose git directory the host's git reads as well, and in Ferry's arrangement.
@Suite(.timeLimit(.minutes(2)))
struct MetadataAttackTests {
    /// What became of one attack. A commit is as it should be where `a.txt` went from `one` to `two`, `new.txt` is new, and the diff says so.
    struct Outcome: Sendable {
        var plainGitFired = false
        var plainGitErred = false
        var ferryFired = false
        var ferrySaw: [String] = []
    }

    private static let truth = ["-one", "+two", "+new\r"]
    private static let changes = "printf 'two\\n' > a.txt; printf 'new\\r\\n' > new.txt"

    private static let outcomes = Task {
        var outcomes: [String: Outcome] = [:]
        try await ScratchRepository.with(["a.txt": "one\n"]) { scratch in
            try scratch.write("#!/bin/sh\n: > \(scratch.root)/fired\nexec timeout 0.2 cat\n", "evil", mode: 0o755)
            let repository = try await scratch.open()
            let base = try await repository.baseTip(main)
            for (number, attack) in MetadataAttack.all.enumerated() {
                var outcome = Outcome()
                try await plainGit(attack, number, scratch, &outcome)
                try await ferry(attack, number, scratch, repository, base, &outcome)
                outcomes[attack.name] = outcome
            }
            try #require(try await repository.tip(of: main) == base)
        }
        return outcomes
    }

    private static func plainGit(_ attack: MetadataAttack, _ number: Int, _ scratch: ScratchRepository, _ outcome: inout Outcome) async throws {
        let script = """
            export EVIL=$ROOT/evil REPO=$ROOT/repo; cp -r $ROOT/repo $ROOT/plain-\(number); cd $ROOT/plain-\(number); export G=$PWD/.git
            ( \(attack.script) ) > /dev/null 2>&1 || true
            \(changes); \(attack.after); rm -f $ROOT/fired
            ( set -e; \(attack.control) ) > /dev/null 2>&1 < /dev/null || echo failed
            git diff HEAD~1 HEAD 2>/dev/null || true
            chmod 700 $G 2>/dev/null || true
            """
        let said = try await scratch.sh(script)
        outcome.plainGitErred = said.hasPrefix("failed") || !truth.allSatisfy { has($0, in: Array(said.utf8)) }
        outcome.plainGitFired = try scratch.fired()
    }

    /// By bytes: CR and LF are one character.
    private static func has(_ line: String, in diff: [UInt8]) -> Bool { diff.firstRange(of: Array("\n\(line)".utf8)) != nil }

    private static func ferry(
        _ attack: MetadataAttack, _ number: Int, _ scratch: ScratchRepository, _ repository: GitRepository, _ base: CommitID, _ outcome: inout Outcome
    ) async throws {
        let (folder, git) = (scratch.root.appending("trees/w\(number)"), scratch.root.appending("agent-\(number)"))
        let worktree = try await repository.createWorktree(at: folder, from: base)
        // Outside of the sandbox the guest's paths are the host's.
        try await repository.createAgentGit(
            at: git, base: base, guest: AgentGit.Guest(worktree: folder.string, objects: try repository.objectStores().map(\.string)))
        let script = """
            export EVIL=$ROOT/evil REPO=$ROOT/repo G=\(git) GIT_DIR=\(git) GIT_WORK_TREE=\(folder); cd \(folder)
            ( \(attack.script) ) > /dev/null 2>&1 || true
            \(changes); \(attack.after); rm -f $ROOT/fired
            """
        try await scratch.sh(script)
        let outcomeOfSnapshot = try await repository.snapshot(worktree, base: base)
        guard case .tree(let tree) = outcomeOfSnapshot else { return outcome.ferrySaw = ["\(outcomeOfSnapshot)"] }
        let commit = try await repository.commit(tree, parents: [base], message: message, time: someTime)
        let diff = try await repository.diff(from: base, to: commit).bytes
        for line in truth where !has(line, in: diff) {
            outcome.ferrySaw.append("no \(line.debugDescription) in \(String(decoding: diff, as: UTF8.self))")
        }
        outcome.ferryFired = try scratch.fired()
        try Directory.removeTree(git)
    }

    @Test(arguments: MetadataAttack.all)
    func `what an agent does to its git directory reaches neither the host's git nor the commit`(attack: MetadataAttack) async throws {
        let outcome = try #require(try await Self.outcomes.value[attack.name])
        #expect(!outcome.ferryFired && outcome.ferrySaw == [], "\(outcome.ferrySaw)")
        #expect(attack.startsProgram ? outcome.plainGitFired : outcome.plainGitErred, "the control: plain git does as it should")
    }

    private static let plainGit = Task {
        var said: [String: String] = [:]
        try await ScratchRepository.with(["a.txt": "one\n"]) { scratch in
            let lines = PrescanTests.attacks.enumerated().map { number, attack in
                attack.plainGit == .leaves
                    ? """
                    git -C $ROOT/repo worktree add -q $ROOT/plain-\(number) -b plain-\(number); cd $ROOT/plain-\(number); rm .git
                    (\(attack.script)) > /dev/null 2>&1 || true
                    [ "$(git rev-parse --git-common-dir 2>/dev/null)" = $ROOT/repo/.git ] && echo comes to its repository || echo leaves
                    """
                    : """
                    cp -r $ROOT/repo $ROOT/plain-\(number); cd $ROOT/plain-\(number); (\(attack.script)) > /dev/null 2>&1 || true
                    if ! timeout 30 git add -A > /dev/null 2>&1; then echo fails; elif git diff --cached --quiet; then echo passes over; else echo takes; fi
                    """
            }
            let answers = try await scratch.sh("umask 022\n" + lines.joined(separator: "\n")).split(separator: "\n").map(String.init)
            try #require(answers.count == lines.count)
            for (attack, answer) in zip(PrescanTests.attacks, answers) { said[attack.name] = answer }
        }
        return said
    }

    /// The control of each tree that the prescan refuses.
    @Test(arguments: PrescanTests.attacks)
    func `plain git takes over, passes over, fails at or is led away by what the prescan refuses`(attack: PrescanTests.Attack) async throws {
        #expect(try await Self.plainGit.value[attack.name] == attack.plainGit.rawValue)
    }
}
