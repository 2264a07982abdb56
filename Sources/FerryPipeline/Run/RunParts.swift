package import FerryGit
package import FerryHTTP
package import FerryModel
package import FerrySandbox
package import FerryStore
package import FerrySystem
package import FerryVault
package import SystemPackage

/// What a run works with besides its request.
package struct RunParts: Sendable {
    package var store: Store
    package var folders: StateFolders
    package var git: GitRepository
    package var runner: any CommandRunner
    package var vaultID: String
    /// The vault and Ferry's own folders: nothing that a command may see.
    package var forbidden: [FilePath]
    package var redactor: Redactor
    /// The repository's note, for messages.
    package var repositoryNote: FilePath
    /// How hosts are found that commands may reach.
    package var lookup: HostLookup = .system
    package var checks = CheckCache()
    /// Looked at before each step and each turn.
    package var windDown = WindDown()
    /// What agents' time is told by.
    package var clock = AwakeClock()
    package var timing = Timing()
    /// Turns of one agent at most, over all agents' own settings (`--max-iterations`).
    package var maxIterations: Int?
    /// The vault's agents and rules as they are now; asked anew at each stage.
    package var playbook: @Sendable () async throws -> Playbook
    /// The backend for an agent; the third argument is the feature's own `model`, the last a model of the chain to do without where there is another.
    package var backend: @Sendable (AgentNote, Tier, String?, String?) async throws -> any AgentBackend
    /// Throws `RunStop` where a disk that the run works on is full.
    package var requireRoom: @Sendable () async throws -> Void
    package var spending: @Sendable (StageRole, RunRequest) -> any Spending
    package var lastPlan: @Sendable (FeatureID) async throws -> String?
    /// What has come of the run so far; goes into notes and history.
    package var report: @Sendable (RunUpdate) async throws -> Void
    /// For the live display: feature, stage, where the agent stands. Called from any thread.
    package var progress: @Sendable (FeatureID, String, AgentProgress) -> Void
}

/// News of a run.
package enum RunUpdate: Sendable {
    case stage(String)
    case event(String)
    case plan(PlanReport)
    case transcript(String, Transcript)
    case checked(CheckResult, rounds: Int)
    /// What the surroundings must give was there: a fault that was met before is over.
    /// `model` is the one that was asked first, `nil` where none was.
    case wentWell(model: String?)
    /// Money was booked.
    case spent
}

/// Agents and rules as the vault has them.
package struct Playbook: Sendable {
    package var agents: [StageRole: AgentNote]
    /// Prose for the reviewer, by name.
    package var proseRules: [(name: String, text: String)]
    package var executableRules: [ExecutableRule]
    package var gates: GateSet

    package init(agents: [StageRole: AgentNote], rules: [RuleNote]) {
        self.agents = agents
        let inForce = rules.filter(\.isEnabled)
        proseRules = inForce.filter { $0.gate == nil }.map { ($0.name, $0.prose) }
        executableRules = inForce.compactMap { ExecutableRule($0) }
        gates = GateSet(
            rules.compactMap { rule in
                var setting = GateSwitch(rule)
                setting?.isOn = rule.isEnabled
                return setting
            })
    }
}
