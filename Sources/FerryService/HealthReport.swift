package import FerryPipeline
internal import FerrySystem
internal import Foundation
package import SystemPackage

/// How a service is: what it says of itself in `health.json`, in the state folder. Times are ISO 8601, UTC.
package struct HealthReport: Hashable, Sendable, Codable {
    package struct Disk: Hashable, Sendable, Codable {
        /// `vault`, `state` or `cache`.
        package var place: String
        package var path: String
        /// For an ordinary user; `nil` where it cannot be asked.
        package var freeBytes: Int64?
    }

    package var version = FerryVersion.current
    package var pid: Int32
    /// `ProcessIdentity`: a number that another process has got meanwhile is not taken for the service.
    package var process: String
    package var vault: String
    /// A service manager started it.
    package var isManaged: Bool
    package var since: String
    /// When the loop last made a pass in which the database answered, too; the same in seconds of the clock since the boot.
    package var lastProgress: String
    package var lastProgressUptime: Double
    /// Without progress for longer it hangs.
    package var patienceSeconds: Double
    /// The vault has been looked at since the start.
    package var isReady = false
    /// The queue in a line.
    package var status = ""
    package var queue = DispatchReport()
    package var disk: [Disk] = []
    /// When it ended in order; `nil` while it runs, and after a kill.
    package var ended: String?

    package init(vault: FilePath, isManaged: Bool, patience: Duration) {
        let identity = ProcessIdentity.current
        pid = identity.number
        process = identity.description
        self.vault = vault.string
        self.isManaged = isManaged
        since = Self.now
        lastProgress = since
        lastProgressUptime = BootClock.now / .seconds(1)
        patienceSeconds = patience / .seconds(1)
    }

    /// The loop has answered.
    mutating func note(_ report: DispatchReport) {
        tell(report)
        isReady = isReady || report.hasLooked
        lastProgress = Self.now
        lastProgressUptime = BootClock.now / .seconds(1)
    }

    /// How the queue is, whatever else.
    mutating func tell(_ report: DispatchReport) {
        queue = report
        status = report.line
    }

    mutating func noteDisk(_ folders: StateFolders) {
        let places = [("vault", FilePath(vault)), ("state", folders.state), ("cache", folders.cache)]
        disk = places.map { Disk(place: $0, path: $1.string, freeBytes: try? FileContents.freeBytes(at: $1)) }
    }

    mutating func end() {
        ended = Self.now
        isReady = false
        queue.atWork = [:]
    }

    /// The process that wrote it is there, and its loop goes on.
    package var isLive: Bool {
        ended == nil && ProcessIdentity(process)?.isAlive == true && secondsSinceProgress <= patienceSeconds
    }

    /// Of the clock that nobody can set; only means something while the process is there.
    package var secondsSinceProgress: Double { max(0, BootClock.now / .seconds(1) - lastProgressUptime) }

    private static var now: String { Date.now.formatted(.iso8601) }
}
