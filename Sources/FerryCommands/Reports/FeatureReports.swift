internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerryVault

/// A feature in `ferry status`.
struct FeatureLine: Hashable, Sendable, Encodable {
    var id: String?
    var title: String
    /// `ideas` … `blocked`, by the folder.
    var state: String
    /// Relative to the vault.
    var note: String
    var repository: String?
    var branch: String?
    var run: Int?
    /// What it waits for, or what is being done.
    var waitsFor: String?
    /// Whether a person must do something.
    var needsPerson: Bool
    /// `nil` where nothing is known of it; then calls may have been made all the same.
    var costUsd: Double?
    /// Calls whose model has no known price: their cost is not in `costUsd`.
    var unpricedCalls: Int?
    /// The part of `costUsd` that no provider has told.
    var estimatedUsd: Double?
}

/// `ferry status` as JSON.
struct StatusReport: Hashable, Sendable, Encodable {
    var vault: String
    var isServed: Bool
    var isStopped: Bool
    /// How the running service is; left out where there is none.
    var service: ServiceReport?
    /// How the last service ended, where it did not end in order; left out while one runs.
    var lastService: String?
    /// What the dashboard asks before many gestures at once are carried out.
    var asked: [String]
    /// By state in the order of the folders, then by id.
    var features: [FeatureLine]
    /// Spent today (UTC), and today's limit.
    var todayUsd: Double
    var dayLimitUsd: Double
    /// Calls today whose model has no known price: their cost is not in `todayUsd`.
    var todayUnpriced: Int
    /// Why the running service cannot see the vault, or not at once: unmounted, no inotify watches left, a share.
    var vaultFaults: [String] = []
    /// Disks that are short of space: nothing begins.
    var shortages: [String] = []
}

/// `ferry show` as JSON.
struct FeatureReport: Hashable, Sendable, Encodable {
    struct Run: Hashable, Sendable, Encodable {
        var number: Int
        var outcome: String
        var tier: String
        var score: Int
        var reasons: [String]
        var branch: String
        var base: String
        var started: String
        var ended: String?
        /// As in `FeatureLine`.
        var costUsd: Double?
        var unpricedCalls: Int
    }
    struct Check: Hashable, Sendable, Encodable {
        struct Command: Hashable, Sendable, Encodable {
            var command: String
            var verdict: String
            var summary: String
            var milliseconds: Int
            var log: String?
        }
        struct Finding: Hashable, Sendable, Encodable {
            var rule: String
            var severity: String
            var location: String
            var message: String
        }
        var commit: String
        var files: Int
        var addedLines: Int
        var deletedLines: Int
        var risk: String
        var evidence: [Command]
        var findings: [Finding]
    }
    struct Event: Hashable, Sendable, Encodable {
        var time: String
        var run: Int?
        var text: String
    }

    var feature: FeatureLine
    var priority: Int
    var dependsOn: [String]
    /// Full ids of commits: where the branch began, what would be approved, what was merged.
    var base: String?
    var tip: String?
    var merged: String?
    var questions: [String]
    var inputTokens: Int
    var outputTokens: Int
    var modelCalls: Int
    var check: Check?
    /// Newest first.
    var runs: [Run]
    /// Newest last.
    var events: [Event]
}

/// `ferry why` as JSON.
struct WhyReport: Hashable, Sendable, Encodable {
    var feature: String?
    var title: String
    var state: String
    var reason: String
    var remedy: String?
    var needsPerson: Bool
}
