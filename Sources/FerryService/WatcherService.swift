internal import FerryPipeline
internal import FerryWatch
internal import ServiceLifecycle

/// Carries the watcher's news to the loop, and what must not wait for the loop past it: the emergency stop, and the loss of the vault.
struct WatcherService: Service {
    let watcher: VaultWatcher
    let desk: VaultDesk
    let dispatcher: Dispatcher
    let notice: ServingNotice
    let stopPoll: Duration

    func run() async throws {
        await withGracefulShutdownHandler {
            // It comes and goes with the events, and ends with this function.
            var poller: Task<Void, Never>?
            for await _ in watcher.signals {
                desk.note(watcher.take())
                dispatcher.notify(.vaultChanged)
                if desk.isStopped { dispatcher.endAttempts() }
                if await notice.look() { dispatcher.notify(.windDown) }
                if desk.unreliability == nil {
                    poller?.cancel()
                    poller = nil
                } else if poller == nil {
                    poller = Task { await pollForStop() }
                }
            }
            poller?.cancel()
        } onGracefulShutdown: {
            watcher.stop()
        }
    }

    /// Where no events come, a look every few seconds is soon enough for everything but this.
    private func pollForStop() async {
        var wasStopped = false
        while (try? await Task.sleep(for: stopPoll)) != nil {
            let isStopped = desk.isStopped
            if isStopped, !wasStopped {
                dispatcher.notify(.vaultChanged)
                dispatcher.endAttempts()
            }
            wasStopped = isStopped
        }
    }
}
