internal import FerryModel
internal import FerryPipeline
internal import FerrySystem
internal import Logging
internal import Synchronization

/// What is known of the service's health.
final class HealthMonitor: Sendable {
    private struct State {
        var report: HealthReport
        /// The loop has been asked and has not answered.
        var isAsked = false
        /// Pieces of the beginning that are done, and how many of them the manager knows of.
        var advances = 0
        var toldAdvances = 0
        var isWriting = false
        /// What is being written is not the last word any more.
        var isOutdated = false
    }

    private let state: Mutex<State>
    private let folders: StateFolders
    private let notices: ServiceNotices
    private let period: Duration
    private let log: Logger
    private let clock: AwakeClock
    /// While the service begins it is asked often, so that it is known to be ready when it is.
    private static let beginning: Duration = .milliseconds(200)
    /// How much longer a beginning may take after each piece.
    private static let extensionTime: Duration = .seconds(90)
    /// Called once, when the service is ready.
    private let whenReady: @Sendable () async -> Void

    init(_ options: ServiceOptions, _ folders: StateFolders, _ log: Logger, _ clock: AwakeClock, whenReady: @escaping @Sendable () async -> Void) {
        notices = options.notices
        self.folders = folders
        self.log = log
        self.clock = clock
        self.whenReady = whenReady
        period = min(options.timing.beat, (options.notices.watchdog ?? .seconds(86_400)) / 4)
        state = Mutex(State(report: HealthReport(vault: options.vault, isManaged: options.notices.isManaged, patience: period * 4)))
    }

    /// Until the next question.
    var wait: Duration { state.withLock { $0.report.isReady } ? period : min(period, Self.beginning) }

    /// At least between two glances, which are asked for because something happened: a second, of the 20 s of a beat.
    var pause: Duration { period / 20 }

    /// Whether to ask now; not while a question is open.
    func asks() -> Bool {
        clock.pulse(limit: period * 2)
        let (asks, hasAdvanced) = state.withLock { state in
            defer {
                state.isAsked = true
                state.toldAdvances = state.advances
            }
            return (!state.isAsked, state.isAsked && state.advances > state.toldAdvances)
        }
        if hasAdvanced { notices.extend(by: Self.extensionTime, "beginning") }
        return asks
    }

    /// A piece of the beginning is done.
    func advance() { state.withLock { $0.advances += 1 } }

    func heard(_ report: DispatchReport) async {
        let (wasReady, isReady) = state.withLock { state in
            let wasReady = state.report.isReady
            state.isAsked = false
            state.report.note(report)
            return (wasReady, state.report.isReady)
        }
        if isReady { notices.ready() } else { notices.extend(by: Self.extensionTime, report.line) }
        notices.progress(report.line)
        write()
        if isReady, !wasReady { await whenReady() }
    }

    /// What the loop says between two beats: no sign of life, only news.
    func glanced(_ report: DispatchReport) {
        let isNews = state.withLock { state in
            guard state.report.isReady, state.report.queue != report else { return false }
            state.report.tell(report)
            return true
        }
        guard isNews else { return }
        notices.status(report.line)
        write()
    }

    /// On a thread of its own, one at a time: a disk that hangs holds nothing else up.
    private func write() {
        let isFree = state.withLock { state in
            defer { (state.isOutdated, state.isWriting) = (state.isWriting, true) }
            return !state.isWriting
        }
        guard isFree else { return }
        onOwnThread { [self] in
            repeat {
                save()
            } while state.withLock { state in
                defer { (state.isWriting, state.isOutdated) = (state.isOutdated, false) }
                return state.isOutdated
            }
        }
    }

    private func save() {
        var report = state.withLock { $0.report }
        report.noteDisk(folders)
        do { try HealthFile.write(report, folders) } catch { log.warning("Writing \(folders.health): \(error)") }
    }

    /// The service has ended in order.
    func end() {
        state.withLock { $0.report.end() }
        save()
    }
}
