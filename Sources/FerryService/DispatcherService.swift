internal import FerryPipeline
internal import ServiceLifecycle

/// The loop that decides. Its end is the end of the service.
struct DispatcherService: Service {
    let dispatcher: Dispatcher

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await dispatcher.run()
        } onGracefulShutdown: {
            dispatcher.notify(.shutDown)
        }
    }
}
