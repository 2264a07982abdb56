internal import ArgumentParser
internal import FerrySandbox
internal import FerryService
internal import Glibc
internal import Logging
internal import SystemPackage

/// `ferry demo [--yes]`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Watch a feature go from a note to merged code, in a scratch folder, without network and without a key.",
        discussion: """
            Everything is real but the model's words, which come from a script: the service, the notes, git, the sandbox, the tests. \
            It takes less than a minute. The scratch folder stays for you to look at.
            """)

    @Flag(name: .long, help: "Approve without asking; so does a run without a terminal.")
    var yes = false
    @Flag(name: .long, help: "Leave out the pauses that a model makes.")
    var quick = false
    @Flag(name: .long, help: "Run agents although you are root. Process limits do not bind them then.")
    var allowRoot = false

    func run() async throws {
        let console = Console.standard
        try checkUser()
        try await Self.checkMachine(allowRoot: allowRoot)
        ConsoleLog.use(console, from: .warning)
        let scene = try await DemoScene.build(isQuick: quick)
        try await DemoPlay(scene: scene, console: console, asks: !yes && console.canAsk, allowRoot: allowRoot).play()
    }

    private func checkUser() throws {
        do { try RootAccess.check(isAllowed: allowRoot) } catch let error as CommandError {
            throw CommandError(
                error.code, error.message,
                remedy:
                    "`make demo` runs it as an ordinary user. With --allow-root it runs all the same; limits on the number of processes do not bind root then."
            )
        }
    }

    private static func checkMachine(allowRoot: Bool) async throws {
        let health = await SandboxHealth.check(BubblewrapRunner(allowRoot: allowRoot))
        if let finding = health.findings.first(where: { !$0.isGood }) {
            throw CommandError(.failed, "The sandbox cannot be set up: \(finding.detail).", remedy: finding.remedy ?? "")
        }
        guard access("/usr/bin/python3", X_OK) == 0 else {
            throw CommandError(
                .failed, "The demo's repository is tested with /usr/bin/python3, which is missing.", remedy: "Install it: apt-get install python3.")
        }
    }
}
