@testable internal import FerryGit
internal import FerrySystem
internal import SystemPackage
internal import Testing

/// git is asked for the settings once for each state of their files, and never answers for a state that has gone.
@Suite(.timeLimit(.minutes(1))) struct RepositoryConfigurationTests {
    /// The value of `ferry.x`, read at a time when the files have long been as they are, and how often git was asked for it so far.
    private struct Reader {
        let scratch: ScratchRepository
        var asked = 0

        mutating func value(later seconds: Int64 = 60) async throws -> String? {
            try await scratch.sh("git config --list -z --includes > $ROOT/list")
            let list = try FileContents.read(scratch.root.appending("list"))
            var count = 0
            let found = try await RepositoryConfiguration.read(
                of: scratch.repo.appending(".git"), now: FileTimes.now + seconds * 1_000_000_000,
                list: {
                    count += 1
                    return list
                })
            asked += count
            return found.settings.last { $0.key == "ferry.x" }?.value
        }
    }

    @Test func asksAgainWhenAFileIsAnotherOne() async throws {
        try await ScratchRepository.with { scratch in
            var reader = Reader(scratch: scratch)
            try await scratch.sh("git config ferry.x 1")
            #expect(try await reader.value() == "1")
            #expect(try await reader.value() == "1")
            #expect(reader.asked == 1)
            try await scratch.sh("git config ferry.x 2")
            #expect(try await reader.value() == "2")
            // In place, of the same size, with its old time of writing.
            try await scratch.sh(
                "touch -r .git/config $ROOT/old; sed 's/x = 2/x = 3/' .git/config > $ROOT/new; cat $ROOT/new > .git/config; touch -r $ROOT/old .git/config"
            )
            #expect(try await reader.value() == "3")
            try await scratch.sh("git config extensions.worktreeConfig true; git config --worktree ferry.x 4")
            #expect(try await reader.value() == "4")
            #expect(reader.asked == 4)
            #expect(try await reader.value() == "4")
            #expect(reader.asked == 4)
        }
    }

    @Test("A change within the clock's step, a link and an include are never trusted") func isNotRemembered() async throws {
        try await ScratchRepository.with { scratch in
            var reader = Reader(scratch: scratch)
            try await scratch.sh("git config ferry.x 1")
            for _ in 0..<2 { #expect(try await reader.value(later: 0) == "1") }
            #expect(reader.asked == 2)
            try await scratch.sh("mv .git/config $ROOT/elsewhere; ln -s $ROOT/elsewhere .git/config")
            for _ in 0..<2 { #expect(try await reader.value() == "1") }
            #expect(reader.asked == 4)
            try await scratch.sh(
                "rm .git/config; mv $ROOT/elsewhere .git/config; git config include.path $ROOT/more; git config -f $ROOT/more ferry.x 5")
            for _ in 0..<2 { #expect(try await reader.value() == "5") }
            #expect(reader.asked == 6)
        }
    }

    @Test("A repository that was opened is refused once its settings demand it") func isRefusedLater() async throws {
        try await ScratchRepository.with { scratch in
            _ = try await scratch.open()
            try await scratch.sh("git config remote.origin.promisor true")
            let error = await #expect(throws: GitError.self) { try await scratch.open() }
            #expect(error?.code == .unsupported)
        }
    }
}
