internal import FerryGit
internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

/// More than twenty small changes with known faults and more than ten clean ones, as commits of a real repository, through all gates and all
/// rules that Ferry ships: no miss, no false alarm.
@Suite(.timeLimit(.minutes(3))) struct ChangeCorpusTests {
    @Test func `known faults are found, and nothing else is`() async throws {
        let changes = ChangeCorpus.faulty + ChangeCorpus.clean
        #expect(ChangeCorpus.faulty.count >= 20 && ChangeCorpus.clean.count >= 10)
        try await Export.with { scene in
            let commits = try await commits(changes, in: scene)
            let git = try await GitRepository.open(path: scene.folder, privateDirectory: scene.root.appending("state"))
            let rules = try ShippedRules.executable()
            #expect(rules.count >= 6)
            try await withThrowingTaskGroup(of: Void.self) { group in
                var waiting = zip(changes, commits.dropFirst()).makeIterator()
                for _ in 0..<3 {
                    guard let (change, commit) = waiting.next() else { break }
                    group.addTask { try await check(change, commit, on: commits[0], git, rules, scene) }
                }
                while try await group.next() != nil {
                    guard let (change, commit) = waiting.next() else { continue }
                    group.addTask { try await check(change, commit, on: commits[0], git, rules, scene) }
                }
            }
        }
    }

    private func check(
        _ change: ChangeCorpus.Change, _ commit: CommitID, on base: CommitID, _ git: GitRepository, _ rules: [ExecutableRule], _ scene: Export
    ) async throws {
        let proposed = try await ProposedChange(from: base, to: commit, in: git)
        var findings = GateSet().check(proposed, change.context)
        var policy = scene.policy
        for (name, path) in [("export", \SandboxPolicy.worktree), ("tmp", \.temporary), ("home", \.home)] {
            policy[keyPath: path] = scene.root.appending("\(name)-\(commit.short)")
            try Directory.create(policy[keyPath: path], mode: 0o700)
        }
        try await git.export(commit, to: policy.worktree)
        let checks = RuleChecks(runner: BubblewrapRunner(), policy: policy, layers: ChangeCorpus.layers)
        for rule in rules { findings += try await checks.run(rule, base: base.hex, head: commit.hex, change: proposed).findings }
        let found = findings.map { "\($0.rule) \($0.location) \($0.severity)" }
        #expect(found == change.expected, "\(change.name): \(findings.map(\.message))")
        // Each can be acted on, and none shows what it found.
        #expect(findings.allSatisfy { !$0.remedy.isEmpty && $0.evidence?.isEmpty == false }, "\(change.name)")
        let secrets = [MadeUp.gitHubToken, MadeUp.random, MadeUp.base64]
        #expect(!findings.contains { finding in secrets.contains { "\(finding)".contains($0) } }, "\(change.name)")
    }

    /// The base, then a commit on it for each change.
    private func commits(_ changes: [ChangeCorpus.Change], in scene: Export) async throws -> [CommitID] {
        for number in 0...changes.count {
            let tree = scene.root.appending("tmp/trees/\(number)")
            var files = ChangeCorpus.base
            if number > 0 { for (path, text) in changes[number - 1].files { files[path] = text } }
            try write(files, below: tree)
        }
        let script = """
            git init -q -b main . && git config user.name U && git config user.email u@x
            parent=
            for number in $(seq 0 \(changes.count)); do
                rm -f /tmp/index
                export GIT_INDEX_FILE=/tmp/index
                git -C /tmp/trees/$number --git-dir=/work/.git --work-tree=. add -A .
                commit=$(git commit-tree ${parent:+-p $parent} -m "$number" "$(git write-tree)")
                [ -n "$parent" ] || { parent=$commit; git update-ref refs/heads/main "$commit"; }
                git update-ref "refs/heads/change-$number" "$commit"
                echo "$commit"
            done
            """
        let result = try await BubblewrapRunner().run(SandboxCommand(["/bin/sh", "-ec", script]), under: scene.policy)
        let ids = PlainOutput(result.head).lines.compactMap { CommitID($0) }
        try #require(ids.count == changes.count + 1, "\(PlainOutput(result.head + result.tail).lines.suffix(5))")
        return ids
    }
}
