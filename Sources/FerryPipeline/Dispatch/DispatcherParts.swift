package import FerryHTTP
package import FerryModel
package import FerrySandbox
package import FerryStore
package import FerrySystem
package import Logging

/// What the dispatcher works with.
package struct DispatcherParts: Sendable {
    package var store: Store
    package var folders: StateFolders
    package var runner: any CommandRunner
    package var models: ModelSource
    package var timing: Timing
    package var log: Logger
    /// `--model`: for every agent, over all notes.
    package var model: String?
    /// `--max-iterations`.
    package var maxIterations: Int?
    package var progress: ProgressBoard
    /// Given to every attempt; asked when Ferry is to stop.
    package let windDown = WindDown()
    /// Given to every attempt; the service pulses it.
    package let clock = AwakeClock()
    /// How hosts are found that commands may reach.
    package var lookup: HostLookup = .system
    /// End when nothing is left that goes on by itself (`run --once`).
    package var runsOnce = false
    /// Take the settle time from the settings note; a test may set its own in `timing`.
    package var settleFromSettings = true
    /// Why nothing may be run on this machine now; `nil` when all is well.
    package var health: @Sendable () async -> String? = { nil }

    package init(
        store: Store, folders: StateFolders, runner: any CommandRunner, models: ModelSource, timing: Timing = Timing(), log: Logger,
        model: String? = nil, maxIterations: Int? = nil, progress: ProgressBoard = ProgressBoard()
    ) {
        self.store = store
        self.folders = folders
        self.runner = runner
        self.models = models
        self.timing = timing
        self.log = log
        self.model = model
        self.maxIterations = maxIterations
        self.progress = progress
    }
}
