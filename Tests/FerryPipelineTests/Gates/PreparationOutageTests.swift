internal import FerryGit
internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

/// A preparation that fails on a change: the change's own doing only where the base can be prepared at that time.
@Suite(.timeLimit(.minutes(1))) struct PreparationOutageTests {
    /// What comes of a check when the preparations end like this, one after the other.
    private func check(_ preparations: [Bool]) async throws -> (evidence: [Evidence], preparations: Int) {
        try await withScratch(["repo/a.txt": "a\n"]) { root in
            let repository = root.appending("repo")
            let main = try #require(BranchName("main"))
            try await GitRepository.create(at: repository, branch: main, author: "You", message: "first")
            let git = try await GitRepository.open(path: repository, privateDirectory: root.appending("private"))
            let base = try await git.baseTip(main)
            let message = CommitMessage(subject: "change", feature: FeatureID(number: 1, prefix: "FR"), run: RunNumber(1), vault: "v")
            let change = try await git.commit(
                try await git.tree(of: base), parents: [base], message: message, time: CommitTime(secondsSince1970: 1_800_000_000))
            let workspace = RunWorkspace(folder: root.appending("work"), record: root.appending("record"))
            try workspace.prepare()
            let note = RepositoryNote(
                NoteBytes(Array("---\npath: \(repository)\nsetup: ./prepare\ntest: ./test\n---\n".utf8)), path: "80_repositories/r.md",
                offLimits: OffLimits(home: root.appending("home"), vault: root.appending("vault"), ferry: []))
            let count = Mutex(0)
            let runner = ScriptedRunner { command, _ in
                guard command.arguments.last == "./prepare" else { return CommandResult(.exited(0), "ok") }
                let number = count.withLock { count in
                    defer { count += 1 }
                    return count
                }
                return preparations[number] ? CommandResult(.exited(0), "") : CommandResult(.exited(7), "503 from the registry")
            }
            let export = CleanExport(
                workspace: workspace, git: git, runner: runner, repository: note, base: { base }, forbidden: [],
                network: RepositoryNetwork(of: note, notePath: "80_repositories/r.md", folder: root) { _ in },
                cache: RepositoryCache(folder: root.appending("cache"), runner: runner))
            let evidence = try await export.run(["./test"], on: change, label: "check")
            return (evidence, count.withLock { $0 })
        }
    }

    @Test func `what fails on the base as well is nobody's change`() async throws {
        let stop = try #require(await #expect(throws: RunStop.self) { try await check([false, false]) })
        guard case .unavailable(let reason, .repository(RepositoryName("r")), .infrastructure, _) = stop.end else {
            Issue.record("\(stop.end)")
            return
        }
        #expect(reason.contains("failed on the base") && reason.contains("./prepare"))
    }

    @Test func `what has come back meanwhile counts`() async throws {
        let (evidence, preparations) = try await check([false, true, true])
        #expect(evidence.map(\.verdict) == [.passed])
        #expect(evidence.map(\.command) == ["./test"])
        #expect(preparations == 3)
    }

    @Test func `what fails on the change alone is the change's`() async throws {
        let (evidence, preparations) = try await check([false, true, false])
        #expect(evidence.map(\.isFailedPreparation) == [true])
        #expect(evidence.first?.findings.isEmpty == false)
        #expect(preparations == 3)
    }

    @Test func `one that passes is made once`() async throws {
        #expect(try await check([true]).preparations == 1)
    }
}
