internal import FerryGit
internal import FerrySystem
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct HistoryTests {
    @Test func `a folder becomes a repository with one commit of all that lies in it`() async throws {
        try await ScratchRepository.with([:]) { scratch in
            try scratch.write("one\n", "fresh/a.txt")
            try scratch.write("*.log\n", "fresh/.gitignore")
            try scratch.write("noise", "fresh/x.log")
            let folder = scratch.root.appending("fresh")
            let main = try #require(BranchName("main"))
            try await GitRepository.create(at: folder, branch: main, author: "Someone", message: "The beginning")
            #expect(try await scratch.sh("git ls-files", in: "fresh") == ".gitignore\na.txt")
            #expect(try await scratch.sh("git status --porcelain", in: "fresh").isEmpty)
            #expect(try await scratch.sh("git config --get core.worktree || true", in: "fresh").isEmpty)

            let repository = try await GitRepository.open(path: folder, privateDirectory: scratch.state)
            let history = try await repository.history(of: main)
            #expect(history.map(\.subject) == ["The beginning"])
            #expect(history.map(\.author) == ["Someone"])
            await #expect(throws: GitError.self) { try await GitRepository.create(at: folder, branch: main, author: "Someone", message: "Again") }
        }
    }

    @Test func `the history names merges with both parents, newest first`() async throws {
        try await ScratchRepository.with { scratch in
            try await scratch.sh("git checkout -q -b side && echo two > b.txt && git add -A && git commit -q -m 'on the side'")
            try await scratch.sh("git checkout -q main && git merge -q --no-ff -m 'merge it' side")
            let repository = try await scratch.open()
            let history = try await repository.history(of: try #require(BranchName("main")), limit: 2)
            #expect(history.map(\.subject) == ["merge it", "on the side"])
            #expect(history.first?.parents.count == 2)
        }
    }
}
