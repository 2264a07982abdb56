internal import FerryHTTP
package import FerryLLM
package import FerryModel
internal import FerrySandbox
internal import FerrySystem
package import FerryVault
package import SystemPackage

/// The login of a person with an agent program (a subscription), lent to that program while it works: docs/decisions/0044.
///
/// The program gets a copy of the file that holds it, which is seen by its own process tree alone, is never on a disk, and is gone with it. It reaches the
/// hosts of its vendor by itself, so Ferry knows neither its requests nor what they cost.
package struct ProgramLogin: Hashable, Sendable {
    /// `CLAUDE_LOGIN`: the entry of `keys.yaml` that allows it on this machine.
    package let name: String
    /// On this machine.
    package let file: FilePath
    /// Where the program looks for it, below its home.
    let guest: FilePath
    /// The hosts that the program needs.
    package let usualHosts: [String]
    /// The hosts that it may reach.
    package var hosts: Set<HostName> = []
    /// As the vendor calls it; `nil`: the program's own choice.
    package var model: String?

    /// `nil` where Ferry does not know where the program keeps its login. `environment` is Ferry's own.
    package init?(of backend: AgentNote.Backend, environment: [String: String]) {
        switch backend {
        case .claude:
            name = "CLAUDE_LOGIN"
            file = Self.folder("CLAUDE_CONFIG_DIR", environment, ".claude").appending(".credentials.json")
            guest = ".claude/.credentials.json"
            usualHosts = ["api.anthropic.com", "platform.claude.com"]
        case .codex:
            name = "CODEX_LOGIN"
            file = Self.folder("CODEX_HOME", environment, ".codex").appending("auth.json")
            guest = ".codex/auth.json"
            usualHosts = ["auth.openai.com", "chatgpt.com"]
        case .builtin, .acp, .command: return nil
        }
    }

    private static func folder(_ variable: String, _ environment: [String: String], _ usual: String) -> FilePath {
        if let named = environment[variable].map({ FilePath($0) }), named.isAbsolute { return named }
        return (environment["HOME"].map { FilePath($0) } ?? StateFolders.home).appending(usual)
    }

    /// Lends it to one command. An empty file is made in the home that is named, for it to lie over: commands before may have left links there, which lead
    /// anywhere. Throws `ModelError` of kind `configuration` where nobody is logged in, or where the home holds something else in its place.
    func lend(to policy: inout SandboxPolicy) throws(ModelError) {
        let content = try content()
        do { try ConfinedFiles(root: policy.home).write([], to: guest) } catch {
            throw ModelError(
                .configuration, "The login cannot be lent: \(guest) in the run's home is no file that Ferry may write (\(error))",
                remedy: "Move the note to drafts and back to planned: the next run has a home of its own")
        }
        policy.homeFiles[guest.string] = content
    }

    /// What the file holds. Throws `ModelError` of kind `configuration`.
    func content() throws(ModelError) -> [UInt8] {
        let program = name == "CLAUDE_LOGIN" ? "claude" : "codex"
        let remedy = "Log in with `\(program)` as the user who runs Ferry, or take `auth: login` out of the agent's note"
        guard let bytes = try KeyRing.readFile(file) else { throw ModelError(.configuration, "There is no login at \(file)", remedy: remedy) }
        return bytes
    }

    /// The secrets in it, to be taken out of records; none where it cannot be read.
    package var secrets: [String] {
        guard let bytes = try? content(), let json = try? JSONValue(parsing: bytes) else { return [] }
        return Self.texts(json).filter { $0.utf8.count >= 20 }
    }

    private static func texts(_ json: JSONValue) -> [String] {
        if let text = json.string { return [text] }
        if let items = json.array { return items.flatMap(texts) }
        return (json.members ?? []).flatMap { texts($0.value) }
    }

    /// The line of `keys.yaml` that allows it.
    package var permission: String { "`\(name): {hosts: [\(usualHosts.joined(separator: ", "))]}`" }

    /// Why there is none that can be lent; `nil`: there is one.
    package var fault: ModelError? {
        do throws(ModelError) { _ = try content() } catch { return error }
        return nil
    }

    /// What a person takes on who lends it.
    package var risk: String {
        "whatever runs in the program's sandbox, the repository's own code too, can read this login and send it to "
            + hosts.map(\.text).sorted().joined(separator: ", ")
            + "; Ferry neither sees nor counts what the program asks, and no budget binds it; a token that the program renews is renewed for it alone"
    }
}
