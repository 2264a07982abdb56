internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import Synchronization
internal import SystemPackage

/// Plays the repository's tests, and holds each run's until the test lets it go on: a feature stays at work as long as a test needs it there.
final class HeldRunner: CommandRunner {
    private struct Commands {
        /// How many may still end; without a number the first is held, the tests before any change.
        var allowed = 0
        var asked = 0
    }

    private let commands = Mutex<[String: Commands]>([:])

    /// Lets so many more commands of a feature end.
    func allow(_ count: Int, of feature: FeatureID) { commands.withLock { $0[feature.description, default: Commands()].allowed += count } }

    /// Returns when so many commands of a feature have been asked for.
    func isAsked(_ count: Int, of feature: FeatureID) async throws {
        let isAsked = await eventually { commands.withLock { $0[feature.description]?.asked ?? 0 >= count } }
        if !isAsked { throw SceneError(what: "\(feature) does not come to command \(count)") }
    }

    func run(_ command: SandboxCommand, under policy: SandboxPolicy) async throws -> CommandResult {
        let feature = policy.worktree.components.first { FeatureID($0.string)?.description == $0.string }?.string ?? ""
        commands.withLock { $0[feature, default: Commands()].asked += 1 }
        while !take(feature) { try await Task.sleep(for: .milliseconds(10)) }
        let output = Array("....\n----\nRan 4 tests in 0.001s\n\nOK\n".utf8)
        return CommandResult(
            ending: .exited(0), duration: .milliseconds(1), head: output, tail: [], outputBytes: output.count, outputDigest: ContentHash(of: output))
    }

    private func take(_ feature: String) -> Bool {
        commands.withLock { commands in
            guard commands[feature]?.allowed ?? 0 > 0 else { return false }
            commands[feature]?.allowed -= 1
            return true
        }
    }
}
