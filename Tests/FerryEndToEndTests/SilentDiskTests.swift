internal import FerryGit
internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryCommands

extension EndToEnd {
    /// A repository on a share whose server is gone: whoever asks its disk waits.
    @Suite(.timeLimit(.minutes(1)))
    struct SilentDiskTests {
        /// Somebody has asked the disk before, and waits still; so nobody else asks.
        private final class SilentDisk: Sendable {
            private let isSilent = Atomic(true)

            init(_ place: FilePath) async throws {
                let answer: Void? = try await UncertainDisk.ask(place, within: .milliseconds(1)) { [self] in
                    while isSilent.load(ordering: .acquiring) { usleep(1000) }
                }
                #expect(answer == nil)
            }

            func answer() { isSilent.store(false, ordering: .releasing) }
        }

        @Test func `a repository whose disk does not answer waits and says so, the others work, and it goes on by itself`() async throws {
            try await Scene.with(Scene.plain) { scene in
                let other = scene.folder.appending("other")
                try FerryTestSupport.write(Hello.files, below: other)
                try await GitRepository.create(at: other, branch: try #require(BranchName("main")), author: "You", message: "first")
                _ = try await RepositoryFounding(view: scene.view()).found(other)
                let disk = try await SilentDisk(scene.repository)
                defer { disk.answer() }
                // It comes to serve although the disk is silent from the beginning.
                try await scene.whileServing({ $0.timing.retryFirst = .milliseconds(200) }) {
                    try scene.write("---\nrepo: hello\n---\n" + Hello.wordNote("thanks"), "Waits", in: .planned)
                    try await scene.note("Waits", in: .planned, says: "The disk with the repository hello")
                    try await scene.note("Waits", in: .planned, says: "does not answer")
                    try scene.write("---\nrepo: other\n---\n" + Hello.wordNote("thanks"), "Thanks", in: .planned)
                    try await scene.note("Thanks", reaches: .review)
                    disk.answer()
                    try await scene.note("Waits", reaches: .review)
                }
            }
        }

        @Test func `records that were lost are made anew only once every repository answers`() async throws {
            try await Scene.with(Scene.plain) { scene in
                try await scene.whileServing {
                    try scene.plan()
                    try await scene.note("Thanks", reaches: .review)
                }
                let tip = try #require(try await scene.record("Thanks")?.tip)
                try Directory.removeTree(scene.folders.state)
                let disk = try await SilentDisk(scene.repository)
                defer { disk.answer() }
                let ready = Task {
                    try await scene.whileServing({ $0.timing.pollInterval = .milliseconds(50) }) {
                        try await scene.note("Thanks", reaches: .review)
                        #expect(try await scene.record("Thanks")?.tip == tip)
                    }
                }
                #expect(
                    try await eventually {
                        try await scene.reading { try await $0.fact(Dispatcher.absenceFact) }??.contains("are to be made anew") ?? false
                    })
                #expect(try await scene.record("Thanks") == nil)
                disk.answer()
                try await ready.value
            }
        }
    }
}
