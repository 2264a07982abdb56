internal import FerryTestSupport
internal import SystemPackage

@testable internal import FerryGit

/// The person's own git, with nothing of this machine's configuration.
enum HostGit {
    /// Throws `SceneError` where git fails.
    static func run(_ arguments: [String], in repository: FilePath) async throws -> String {
        let environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "You",
            "GIT_AUTHOR_EMAIL": "you@x",
            "GIT_COMMITTER_NAME": "You", "GIT_COMMITTER_EMAIL": "you@x", "LC_ALL": "C",
        ]
        let command = GitCommand(
            program: "/usr/bin/git", arguments: ["-C", repository.string] + arguments, environment: environment, deadline: .seconds(20))
        let answer = try await command.run()
        guard answer.status == 0 else {
            throw SceneError(what: "git \(arguments.joined(separator: " ")): \(String(decoding: answer.errors, as: UTF8.self))")
        }
        var text = String(decoding: answer.output, as: UTF8.self)
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
