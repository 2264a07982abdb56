internal import FerryHTTP
internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import Glibc
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// A person's own login, lent to an agent program (docs/decisions/0044); the program is a stand-in, and a server of the test's is every host.
    @Suite(.timeLimit(.minutes(1)))
    struct LoginTests {
        private static let token = "oat-7Qm2xW9cKf4RzT8v"

        /// A coder with `auth: login`, and somebody who is logged in.
        private static func prepare(_ scene: Scene, allowed: Bool) throws {
            let fakes = scene.folder.appending("fakes")
            try FakeAgents.install(in: fakes)
            let keys = "backend: claude\ncommand: claude-lent\nauth: login\ntoolchains: [\"\(fakes)\"]\n"
            try scene.change(FilePath("20_agents/coder.md")) { $0 = $0.replacing("role: coder\n", with: "role: coder\n" + keys) }
            let login = #"{"claudeAiOauth":{"accessToken":"\#(token)","refreshToken":"\#(token)-r","expiresAt":1}}"#
            try Directory.create(scene.folder.appending("login"))
            try FileContents.write(Array(login.utf8), to: scene.folder.appending("login/.credentials.json"), mode: 0o600)
            guard allowed else { return }
            let file = scene.configHome.appending("ferry").appending("keys.yaml")
            try Directory.create(file.removingLastComponent(), mode: 0o700)
            try FileContents.write(Array("CLAUDE_LOGIN: {hosts: [api.anthropic.com]}\n".utf8), to: file, mode: 0o600)
        }

        private static func environment(_ scene: Scene) -> [String: String] { ["CLAUDE_CONFIG_DIR": scene.folder.appending("login").string] }

        @Test func `a login that this machine allows is the program's alone, for its vendor's hosts, and on no disk`() async throws {
            try await TinyServer.with(answer: "hello\n") { server in
                let lookup = HostLookup(addresses: { _, _ in [NetworkAddress([127, 0, 0, 1], port: server.port)] }, mayReach: { _ in true })
                try await Scene.with([.planner(), .tester(), .reviewer()]) { scene in
                    try Self.prepare(scene, allowed: true)
                    try await scene.whileServing({
                        $0.environment = Self.environment(scene)
                        $0.lookup = lookup
                    }) {
                        try scene.write("# Bye\nA file that says bye.\n", "Bye", in: .planned)
                        let feature = try await scene.note("Bye", reaches: .review)
                        let tip = try #require(feature.tip)
                        #expect(try await scene.git("diff", "--name-only", "main", tip) == "bye.txt")
                        let refused = try await scene.history(feature.id).filter { $0.contains("was refused") }
                        #expect(refused.count == 1 && refused.first?.hasPrefix("evil.example:80 was refused") == true)
                        // By the program's own word; the token is taken out of it.
                        let note = try text(scene.vault.appending("40_runs/FR-001/FR-001 run-1 code.md"))
                        #expect(note.contains("api.anthropic.com 200 evil.example 403 OSError"), "\(note)")
                        let home = try scene.folders.workspace(feature.id, RunNumber(1)).appending("home")
                        #expect(try FileContents.read(home.appending(".claude/.credentials.json")).isEmpty)
                    }
                    for folder in [scene.vault, scene.stateHome, scene.cacheHome] {
                        let found = try Self.files(below: folder).filter { try text($0).contains(Self.token) }
                        #expect(found.isEmpty)
                    }
                }
            }
        }

        @Test func `a note alone lends no login`() async throws {
            try await Scene.with([.planner()]) { scene in
                try Self.prepare(scene, allowed: false)
                try await scene.whileServing({ $0.environment = Self.environment(scene) }) {
                    try scene.write("# Bye\nA file that says bye.\n", "Bye", in: .planned)
                    try await scene.note("Bye", in: .inProgress, says: "this machine does not allow it")
                }
            }
        }

        @Test func `the doctor names the risk, and says when nobody is logged in`() async throws {
            try await Scene.with { scene in
                try Self.prepare(scene, allowed: true)
                let doctor = {
                    try Directory.removeTree(scene.folder.appending("ferry.log"))
                    let arguments = ["doctor", "--offline", "--vault", scene.vault.string] + (geteuid() == 0 ? ["--allow-root"] : [])
                    _ = try await FerryProcess(arguments, in: scene, environment: Self.environment(scene)).exitStatus()
                    return try text(scene.folder.appending("ferry.log"))
                }
                let lent = try await doctor()
                #expect(lent.contains("coder: your own login is lent to `claude`"), "\(lent)")
                #expect(lent.contains("can read this login and send it to api.anthropic.com") && lent.contains("no budget binds it"))
                try Directory.removeTree(scene.folder.appending("login"))
                let gone = try await doctor()
                #expect(gone.contains("There is no login at"), "\(gone)")
                try Directory.removeTree(scene.configHome.appending("ferry"))
                let forbidden = try await doctor()
                #expect(forbidden.contains("which this machine does not allow"), "\(forbidden)")
            }
        }

        private static func files(below folder: FilePath) throws -> [FilePath] {
            try Directory.entries(of: folder).flatMap { entry -> [FilePath] in
                let path = folder.appending(entry.name)
                switch try FileStatus(of: path).kind {
                case .directory: return try files(below: path)
                case .regular: return [path]
                default: return []
                }
            }
        }
    }
}
