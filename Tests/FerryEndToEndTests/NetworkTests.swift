internal import FerryHTTP
internal import FerryLLM
internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// The network of a repository's commands, with a server of the test's in the place of every host.
    @Suite(.timeLimit(.minutes(1)))
    struct NetworkTests {
        /// Fetches a line, asks for a host that is not on the list, and leaves a file that git would take over.
        private static let fetch = """
            import os, urllib.request

            with open(os.path.expanduser("~/deps"), "ab") as deps:
                deps.write(urllib.request.urlopen("http://deps.example/").readline())
            try:
                urllib.request.urlopen("http://other.example/")
                raise SystemExit("reached")
            except OSError as error:
                print(error)
            open("leftover.txt", "w").write("x")
            """

        /// Tests need what was fetched, and have no network.
        private static let check = """
            test -s ~/deps || exit 1
            python3 -c 'import urllib.request as r; r.urlopen("http://deps.example/")' 2>/dev/null && exit 1
            python3 -m unittest
            """

        private static let files = Hello.files.merging(["fetch.py": fetch, "check.sh": check]) { $1 }

        private static func write(_ keys: String, _ scene: Scene) throws {
            let note = scene.vault.appending("80_repositories/hello.md")
            let lines = try text(note).split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("test:") }
            let changed = ([lines[0], keys[...]] + lines.dropFirst()).joined(separator: "\n")
            try FileContents.write(Array(changed.utf8), to: note, mode: 0o644)
        }

        @Test func `setup fetches what tests and agents use, nobody else has a network, and what was refused is named`() async throws {
            let look = "cat ~/deps; ls; python3 -c 'import urllib.request as r; r.urlopen(\"http://deps.example/\")' 2>&1 | tail -n 1"
            try await TinyServer.with(answer: "fetched\n") { server in
                let lookup = HostLookup(addresses: { _, _ in [NetworkAddress([127, 0, 0, 1], port: server.port)] }, mayReach: { _ in true })
                let answers: [Answer] = [.planner(), .coder(writes: Hello.farewellWhole, runs: [look]), .tester(), .reviewer()]
                try await Scene.with(answers, files: Self.files) { scene in
                    try Self.write("setup: python3 fetch.py\ntest: sh check.sh\nnetwork: [deps.example]", scene)
                    try await scene.whileServing({ $0.lookup = lookup }) {
                        try scene.write(Hello.farewell, "Say goodbye", in: .ideas)
                        try scene.move("Say goodbye", .ideas, .planned)
                        let feature = try await scene.note("Say goodbye", reaches: .review)
                        let tip = try #require(feature.tip)
                        let changed = try await scene.git("diff", "--name-only", "main", tip)
                        #expect(changed == "hello/farewell.py\ntests/test_farewell.py")
                        let history = try await scene.history(feature.id)
                        #expect(
                            history.contains("other.example:80 was refused; add it to `network` in 80_repositories/hello.md if it may be reached."))
                        #expect(history.contains { $0.contains("(leftover.txt); they were put back") })
                    }
                    // Once by the base's preparation, whose seed the agents' home came from, and once by their own.
                    let seen = try #require(scene.server.requests.flatMap(\.toolResults).map(\.content).first { $0.contains("fetched") })
                    #expect(seen.contains("\nfetched\nfetched\nREADME.md\n"))
                    #expect(!seen.contains("leftover.txt"))
                    #expect(seen.contains("urllib.error.URLError"))
                    let seeds = try scene.names(in: try scene.folders.cache(of: RepositoryName("hello")))
                    #expect(seeds == ["home-1"])
                }
            }
        }

        @Test func `a setup that lacks a host holds the repository and names it, and goes on when the note is mended`() async throws {
            try await TinyServer.with(answer: "fetched\n") { server in
                let lookup = HostLookup(addresses: { _, _ in [NetworkAddress([127, 0, 0, 1], port: server.port)] }, mayReach: { _ in true })
                let answers: [Answer] = [.planner(), .coder(writes: Hello.farewellWhole), .tester(), .reviewer()]
                try await Scene.with(answers, files: Self.files) { scene in
                    try Self.write("setup: python3 fetch.py\ntest: sh check.sh", scene)
                    try await scene.whileServing({ $0.lookup = lookup }) {
                        try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                        try await scene.note(
                            "Say goodbye", in: .inProgress, says: "deps.example:80 was refused; add it to `network` in 80_repositories/hello.md")
                        try Self.write("network: [deps.example]\ntest: sh check.sh", scene)
                        try await scene.note("Say goodbye", reaches: .review)
                    }
                }
            }
        }
    }
}
