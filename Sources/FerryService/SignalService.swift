internal import FerryPipeline
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// SIGTERM or Ctrl-C: what is under way may finish, for a while. The second one: at once.
struct SignalService: Service {
    let dispatcher: Dispatcher
    let notices: ServiceNotices
    let log: Logger
    let patience: Duration

    func run() async throws {
        var isFirst = true
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint).cancelOnGracefulShutdown() {
            if isFirst {
                notices.stopping("finishing what is under way")
                log.notice("Stopping: what is under way gets \(patience.components.seconds) s to finish. Once more stops at once.")
            }
            dispatcher.notify(isFirst ? .windDown : .shutDown)
            // Past the loop, which may be waiting for a disk.
            if !isFirst { await dispatcher.endAttempts() }
            isFirst = false
        }
    }
}
