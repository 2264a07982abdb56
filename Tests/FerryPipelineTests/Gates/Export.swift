internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

/// A folder as an export of a commit would be, with what a run keeps beside it.
struct Export {
    let root: FilePath
    var policy: SandboxPolicy
    var folder: FilePath { policy.worktree }
    var logs: FilePath { root.appending("logs") }

    /// Writes the files and runs the body; needs bubblewrap and an ordinary user, as Ferry does.
    static func with<Result>(_ files: [String: String] = [:], _ body: (Export) async throws -> Result) async throws -> Result {
        try await withScratch { root in
            for name in ["work", "tmp", "home"] { try Directory.create(root.appending(name), mode: 0o700) }
            var policy = SandboxPolicy(worktree: root.appending("work"), temporary: root.appending("tmp"), home: root.appending("home"))
            policy.limits.time = .seconds(30)
            try write(files, below: policy.worktree)
            return try await body(Export(root: root, policy: policy))
        }
    }
}

/// Answers every command with the same ending, for endings that would take a test too long to bring about.
struct ScriptedRunner: CommandRunner {
    let answer: @Sendable (SandboxCommand, SandboxPolicy) throws -> CommandResult

    func run(_ command: SandboxCommand, under policy: SandboxPolicy) async throws -> CommandResult { try answer(command, policy) }
}

extension CommandResult {
    init(_ ending: Ending, _ output: String = "") {
        let bytes = Array(output.utf8)
        self.init(
            ending: ending, duration: .seconds(1), head: bytes, tail: [], outputBytes: bytes.count, outputDigest: ContentHash(of: bytes),
            loggedBytes: bytes.count)
    }
}
