internal import ArgumentParser
internal import FerryService
internal import FerryVault
internal import Foundation
internal import Glibc

/// `ferry run [--once]`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Serve a vault: watch it, and carry its features on. Ends with Ctrl-C or SIGTERM.",
        discussion: """
            With --once it ends when nothing is left that goes on by itself: status 0 when all that was planned is in review or done, 3 when something \
            waits for a person, 1 when Ferry could not do its work.
            """)

    @Flag(name: .long, help: "End when every feature is in review or done, or waits for a person.")
    var once = false
    @Option(name: .long, help: ArgumentHelp("Use this model for every agent, over all notes: an alias or provider/model.", valueName: "name"))
    var model: String?
    @Option(name: .long, help: ArgumentHelp("Turns of one agent at most.", valueName: "n"))
    var maxIterations: Int?
    @Flag(name: .long, help: "Serve the vault although another machine says that it does; that one stops when it sees so.")
    var takeover = false
    @Flag(name: .long, help: "Run agents although you are root. Process limits do not bind them then.")
    var allowRoot = false
    @OptionGroup var vault: VaultOptions

    func validate() throws {
        if let maxIterations, maxIterations < 1 { throw ValidationError("--max-iterations is a number above 0.") }
    }

    func run() async throws {
        // Whoever reads what it prints may go away; it is for the vault that it runs.
        signal(SIGPIPE, SIG_IGN)
        let environment = ProcessInfo.processInfo.environment
        let console = Console.standard
        ConsoleLog.use(console, from: ConsoleLog.level(named: environment["FERRY_LOG"], isJournal: console.isJournal))
        let start = ManagedStart(notices: ServiceNotices(environment: environment))
        let view = try await start.vault(vault)
        try RootAccess.check(isAllowed: allowRoot)
        var options = ServiceOptions(vault: view.root)
        options.notices = start.notices
        options.takesOver = takeover
        options.once = once
        options.model = model
        options.maxIterations = maxIterations
        options.allowRoot = allowRoot
        options.timing = try Trial.timing()
        let display = ProgressDisplay(options.progress, console)
        display.follow(&options.hooks)
        console.print("Ferry serves \(WorkingFolder.shown(view.root))." + (start.notices.isManaged ? "" : " Ctrl-C ends it."))
        let end = try await display.during { [options] in try await start.serve(options) }
        try report(end, console)
    }

    private func report(_ end: ServiceEnd, _ console: Console) throws {
        switch end {
        case .stopped: console.print("Ferry has stopped. What was under way goes on with the next `ferry run`.")
        case .settled: console.print("All that was planned is in review or done.")
        case .waitsForPerson(let reasons):
            reasons.forEach { console.print(SafeText.make($0)) }
            throw ExitCode(CommandError.Code.asked.rawValue)
        case .failed(let faults):
            faults.forEach { console.warn(SafeText.make($0)) }
            throw ExitCode(CommandError.Code.failed.rawValue)
        }
    }
}

/// Whether agents may be run by this user.
enum RootAccess {
    /// Throws `CommandError` for root, unless it was allowed.
    static func check(isAllowed: Bool, user: uid_t = geteuid()) throws {
        guard user == 0, !isAllowed else { return }
        throw CommandError(
            .configuration, "Ferry does not run agents as root.",
            remedy: "Run it as an ordinary user. With --allow-root it runs all the same; limits on the number of processes do not bind root then.")
    }
}
