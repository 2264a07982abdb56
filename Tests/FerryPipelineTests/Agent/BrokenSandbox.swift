internal import FerrySandbox

/// A machine without bubblewrap.
struct BrokenSandbox: CommandRunner {
    static let error = SandboxError(.unavailable, "bubblewrap is missing.", remedy: "Install it.")
    func run(_ command: SandboxCommand, under policy: SandboxPolicy) async throws -> CommandResult { throw Self.error }
}
