internal import FerryPipeline
internal import FerryService
internal import FerrySystem
internal import FerryVault

/// The running service in `ferry status`, from what it last said of itself.
struct ServiceReport: Hashable, Sendable, Encodable {
    struct Disk: Hashable, Sendable, Encodable {
        var place: String
        var path: String
        var freeBytes: Int64?
    }

    var pid: Int
    var version: String
    var isManaged: Bool
    /// ISO 8601, UTC.
    var since: String
    /// Its loop goes on: it has answered lately.
    var isLive: Bool
    /// It has looked at the vault since it began.
    var isReady: Bool
    /// When its loop last went on, and how long ago that is.
    var lastProgress: String
    var secondsSinceProgress: Double
    /// The queue in a line.
    var status: String
    var atWork: [String: String]
    var queued: Int
    var merging: Int
    /// `events`, or why the vault is looked at every few seconds instead, or why it is not there.
    var watcher: String
    var disk: [Disk]
    /// Faults that hold up everything or a repository, and those of models and providers by feature.
    var holds: [String]
    var models: [String: String]
    /// It was started before its program was replaced.
    var isOldProgram: Bool?

    /// `nil` where no service runs, or where it has not said anything yet.
    init?(_ view: VaultView) {
        guard view.isServed, let folders = view.folders, let health = HealthFile.read(folders), health.ended == nil,
            ProcessIdentity(health.process)?.isAlive == true
        else { return nil }
        pid = Int(health.pid)
        version = SafeText.line(health.version)
        isManaged = health.isManaged
        since = SafeText.line(health.since)
        isLive = health.isLive
        isReady = health.isReady
        lastProgress = SafeText.line(health.lastProgress)
        secondsSinceProgress = health.secondsSinceProgress.rounded()
        status = SafeText.line(health.status)
        atWork = Self.inert(health.queue.atWork)
        queued = health.queue.queued
        merging = health.queue.merging
        watcher = SafeText.line(health.queue.absence ?? health.queue.unreliability ?? "events")
        disk = health.disk.map { Disk(place: SafeText.line($0.place), path: SafeText.line($0.path), freeBytes: $0.freeBytes) }
        holds = ([health.queue.storage].compactMap { $0 } + health.queue.holds).map { SafeText.make($0) }
        models = Self.inert(health.queue.models)
        isOldProgram = RunningProgram.path(of: health.pid).flatMap { RunningProgram.differs(health.pid, from: $0) }
    }

    /// A file is read here that anything may have changed.
    private static func inert(_ words: [String: String]) -> [String: String] {
        Dictionary(words.map { (SafeText.line($0), SafeText.make($1)) }) { first, _ in first }
    }

    /// For a person: one line, and one for each thing that is not as it should be.
    func lines(_ style: Style) -> [String] {
        var lines: [String] = []
        if !isLive {
            let age = Int(secondsSinceProgress)
            lines.append(
                style.paint("Its loop has not answered for \(age) s: it hangs, or the machine is very busy. `kill -9 \(pid)` loses nothing.", .red))
        } else if !isReady {
            lines.append(style.paint("It has not looked at the vault yet: \(status)", .yellow))
        }
        if isOldProgram == true {
            lines.append(
                style.paint("It runs an older program than the installed one; restart it when it suits you, what is under way goes on.", .yellow))
        }
        return lines + holds.map { style.paint($0, .red) }
    }
}
