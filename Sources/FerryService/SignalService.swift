internal import FerryPipeline
internal import Logging
internal import ServiceLifecycle

/// SIGTERM or Ctrl-C: what is under way may finish, for a while. The second one: at once.
struct SignalService: Service {
    let signals: StopSignals
    let dispatcher: Dispatcher
    let notices: ServiceNotices
    let log: Logger
    let patience: Duration

    func run() async throws {
        for await number in signals.each().cancelOnGracefulShutdown() {
            if number == 1 {
                notices.stopping("finishing what is under way")
                log.notice("Stopping: what is under way gets \(patience.components.seconds) s to finish. Once more stops at once.")
            }
            dispatcher.notify(number == 1 ? .windDown : .shutDown)
            // Past the loop, which may be waiting for a disk.
            if number > 1 { dispatcher.endAttempts() }
        }
    }
}
