package import FerryHTTP
package import FerryModel
package import FerryPipeline
package import FerrySandbox
package import SystemPackage

/// How to run a vault.
package struct ServiceOptions: Sendable {
    /// The vault's folder, absolute.
    package var vault: FilePath
    /// End when every feature has reached review or done, or waits for a person.
    package var once = false
    /// For every agent, over all notes.
    package var model: String?
    /// Turns of one agent at most.
    package var maxIterations: Int?
    package var allowRoot = false
    /// Serve although another machine says that it does; that one stops when it sees so.
    package var takesOver = false
    /// The service manager that started this process.
    package var notices = ServiceNotices()
    /// The program that makes the sandbox.
    package var bubblewrap: FilePath = BubblewrapRunner.usualBubblewrap
    /// In place of the sandbox; for tests that need no real commands.
    package var runner: (any CommandRunner)?
    /// How hosts are found that commands may reach; for tests.
    package var lookup: HostLookup = .system
    package var timing = Timing()
    /// Take the settle time from the settings note, not from `timing`.
    package var settleFromSettings = true
    /// In place of the XDG folders; for the demo and tests.
    package var stateHome: FilePath?
    package var cacheHome: FilePath?
    /// In place of `$XDG_CONFIG_HOME`, where `ferry/keys.yaml` is looked for.
    package var configHome: FilePath?
    /// In place of the process's own, where keys are looked for.
    package var environment: [String: String]?
    /// SIGTERM and SIGINT stop the service, after what is under way as far as `Timing.windDown` allows; the second one at once. Cancelling
    /// `VaultService.run` stops it at once, too; a program with several services uses that.
    package var stopsOnSignals = true
    /// What has trapped them already; `nil`: the service does, for as long as it runs.
    package var signals: StopSignals?
    /// What the agents are doing, for a live display; in memory.
    package var progress = ProgressBoard()
    package var hooks = PipelineHooks()
    package init(vault: FilePath) { self.vault = vault }
}

/// How a service run ended.
package enum ServiceEnd: Hashable, Sendable {
    /// It was told to stop (a signal).
    case stopped
    /// `once`: all is in review or done.
    case settled
    /// `once`: these features wait for a person; each line says why.
    case waitsForPerson([String])
    /// `once`: these faults of the surroundings kept work from being done.
    case failed([String])
}
