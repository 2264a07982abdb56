internal import FerryGit
internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import FerryWireServer
internal import SystemPackage
internal import Testing

/// Repositories that are not ready, and tests that cannot decide (docs/SPEC.md, section 11, B12 to B19).
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BadInputRepositoryTests {
    // MARK: The repository

    @Test func `a folder that is no repository holds its features, which go on when it is one`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let git = scene.repository.appending(".git")
            let away = scene.folder.appending("away")
            try scene.rename(git, away)
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "is not a git repository")
                try await scene.dashboard(says: "is not a git repository")
                #expect(try await scene.why("Thanks").contains("is not a git repository"))
                #expect(try await scene.record("Thanks")?.state == .inProgress)
                try scene.rename(away, git)
                try await scene.note("Thanks", reaches: .review)
                try await scene.dashboardForgets("is not a git repository")
            }
        }
    }

    @Test func `a repository without commits asks for the first one`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let git = scene.repository.appending(".git")
            let away = scene.folder.appending("away")
            try scene.rename(git, away)
            try await scene.git("init", "-q", "-b", "main")
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "has no commits yet. Commit something first")
                try await scene.dashboard(says: "has no commits yet")
                try await scene.git("add", "-A")
                try await scene.git("commit", "-q", "-m", "The first one")
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    @Test func `a missing base branch is named, and work begins when the note names one that is there`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try scene.change(Scene.repositoryNote) { $0 = $0.replacing("base: main", with: "base: trunk") }
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "trunk")
                try await scene.dashboard(says: "trunk")
                #expect(try await scene.record("Thanks")?.state == .inProgress)
                try scene.change(Scene.repositoryNote) { $0 = $0.replacing("base: trunk", with: "base: main") }
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    /// What Ferry does not do for a repository, the words for it in the note, and how a person mends it.
    struct Unsupported: Sendable, CustomTestStringConvertible {
        let name: String
        /// Written and added, then the words for git.
        var files: [String: String] = [:]
        var words: [String] = ["status"]
        let reason: String
        let remedy: String
        let mend: [String]
        var testDescription: String { name }

        static let all = [
            Unsupported(
                name: "a list of submodules", files: [".gitmodules": "[submodule \"x\"]\n\tpath = x\n\turl = ../x\n"], reason: "uses submodules",
                remedy: "Make a branch that holds their files", mend: ["rm", "-q", ".gitmodules"]),
            Unsupported(
                name: "the link of a submodule", words: ["update-index", "--add", "--cacheinfo", "160000,\(String(repeating: "a", count: 40)),x"],
                reason: "uses submodules", remedy: "Make a branch that holds their files", mend: ["rm", "-q", "--cached", "x"]),
            Unsupported(
                name: "Git LFS", files: [".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"], reason: "go through the filter “lfs”",
                remedy: "out of .gitattributes, git add --renormalize .", mend: ["rm", "-q", ".gitattributes"]),
        ]
    }

    @Test(arguments: Unsupported.all)
    func `what Ferry does not do for a repository is refused before anything starts, with the reason and what to do`(unsupported: Unsupported)
        async throws
    {
        try await Scene.with(Scene.plain) { scene in
            try write(unsupported.files, below: scene.repository)
            try await scene.git("add", "-A")
            _ = try await HostGit.run(unsupported.words, in: scene.repository)
            try await scene.git("commit", "-q", "-m", "Unsupported")
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", unsupported.reason)
                try await scene.told("Thanks", unsupported.remedy)
                try await scene.dashboard(says: unsupported.reason)
                try await scene.dashboard(says: unsupported.remedy)
                #expect(scene.server.requests.isEmpty)
                _ = try await HostGit.run(unsupported.mend, in: scene.repository)
                try await scene.git("commit", "-q", "-m", "Mended")
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    @Test func `in the middle of a merge work goes on and the approval waits until it is over`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try await scene.git("checkout", "-q", "-b", "side")
            try write(["README.md": "side\n"], below: scene.repository)
            try await scene.git("commit", "-q", "-a", "-m", "Side")
            try await scene.git("checkout", "-q", "main")
            try write(["README.md": "main\n"], below: scene.repository)
            try await scene.git("commit", "-q", "-a", "-m", "Main")
            await #expect(throws: SceneError.self) { try await scene.git("merge", "side") }
            let head = try await scene.git("rev-parse", "main")
            try await scene.whileServing {
                try scene.plan()
                try await scene.note("Thanks", reaches: .review)
                try scene.move("Thanks", .review, .done)
                try await scene.told("Thanks", "Approved, waits")
                #expect(try await scene.why("Thanks").contains("merge"))
                #expect(try await scene.git("rev-parse", "main") == head)
                try await scene.git("merge", "--abort")
                try await scene.note("Thanks", reaches: .done)
                #expect(try await scene.git("show", "main:hello/thanks.py").contains("def thanks"))
            }
        }
    }

    @Test func `what is left over where the worktree shall be is removed`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let folder = try scene.folders.cache.appending("work").appending("FR-001").appending("run-1")
            try write(
                ["worktree/hello/greeting.py": "broken(", "worktree/junk.txt": "junk", "git/HEAD": "nonsense", "export/x": "x", "tmp/y": "y"],
                below: folder)
            try await scene.whileServing {
                try scene.plan()
                let feature = try await scene.note("Thanks", reaches: .review)
                let tip = try #require(feature.tip)
                let files = try await scene.git("ls-tree", "-r", "--name-only", tip)
                #expect(files.contains("hello/thanks.py"))
                #expect(!files.contains("junk"))
            }
        }
    }

    // MARK: The test command

    @Test func `a test command that is not there holds the repository, and features go on when it is set`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let good = try text(scene.vault.pushing(Scene.repositoryNote))
            try scene.put(good.replacing(#/test: .*/#, with: "test: runthetests --all"), at: Scene.repositoryNote)
            try await scene.whileServing {
                try scene.plan()
                try await scene.told("Thanks", "The test command of the repository could not be run")
                try await scene.told("Thanks", "runthetests")
                try await scene.dashboard(says: "Set `test` in the note of hello")
                #expect(try await scene.record("Thanks")?.state == .inProgress)
                #expect(scene.server.requests.isEmpty)
                try scene.put(good, at: Scene.repositoryNote)
                try await scene.note("Thanks", reaches: .review)
            }
        }
    }

    private static var redFiles: [String: String] {
        var files = Hello.files
        files["tests/test_old.py"] =
            "import unittest\n\nclass OldTests(unittest.TestCase):\n    def test_old(self):\n        self.fail(\"long broken\")\n"
        return files
    }

    @Test func `tests that fail as before any change hold nobody up, and the person is told`() async throws {
        let answers: [Answer] = [.planner(), .coder(writes: Hello.word("thanks")), .tester(), .reviewer()]
        try await Scene.with(answers, files: Self.redFiles) { scene in
            try await scene.whileServing {
                try scene.plan()
                let feature = try await scene.note("Thanks", reaches: .review)
                try await scene.note("Thanks", in: .review, says: "as before any change")
                try await scene.note("Thanks", in: .review, says: "a command failed")
                #expect(scene.prompts("coder").count == 1)
                let summary = try text(scene.vault.pushing("40_runs/FR-001/FR-001 run-1.md"))
                #expect(summary.contains("Before any change the tests failed"))
                #expect(summary.contains("### failed as before any change"))
                // The person has seen it and decides.
                try scene.move("Thanks", .review, .done)
                try await scene.note("Thanks", reaches: .done)
                #expect(try await scene.git("rev-parse", "main^2") == feature.tip)
            }
        }
    }

    @Test func `a regression is told from what failed before any change`() async throws {
        var wrong = Hello.word("thanks")
        wrong["hello/thanks.py"] = "def thanks():\n    return \"thank\"\n"
        let answers: [Answer] = [.planner(), .coder(writes: wrong), .tester(), .reviewer()]
        try await Scene.with(answers, settings: ["fix_rounds": "1"], files: Self.redFiles) { scene in
            try await scene.whileServing {
                try scene.plan()
                try await scene.note("Thanks", reaches: .blocked)
                let second = try #require(scene.prompts("coder").last)
                #expect(second.contains("Attempt: 2"))
                #expect(second.contains("1 tests fail that failed before any change too."))
                let failed = try #require(second.split(separator: "\n").first { $0.hasPrefix("Failed: ") })
                #expect(failed.contains("test_it_says_thanks") && !failed.contains("test_old"))
            }
        }
    }

    @Test func `tests that hang before any change hold the repository, with the limit and how to raise it`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let good = try text(scene.vault.pushing(Scene.repositoryNote))
            try scene.put(good.replacing(#/test: .*/#, with: "test: sleep 1000"), at: Scene.repositoryNote)
            try await scene.whileServing({ $0.timing.longestCommand = .milliseconds(300) }) {
                try scene.plan()
                try await scene.told("Thanks", "did not end within their time, before any change")
                try await scene.told("Thanks", "raise `minutes` under `limits`")
                try await scene.dashboard(says: "did not end within their time")
                #expect(try await scene.record("Thanks")?.state == .inProgress)
                try scene.put(good.replacing(#/test: .*/#, with: "test: \"true\""), at: Scene.repositoryNote)
                try await scene.dashboardForgets("did not end within their time")
            }
        }
    }
}
