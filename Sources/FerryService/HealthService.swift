internal import FerryPipeline
internal import ServiceLifecycle

/// Asks the loop again and again whether it goes on, and soon after each thing that it has dealt with, and tells the service manager and `health.json`.
/// What feeds the watchdog is the loop's answer; the timer here only asks.
struct HealthService: Service {
    let dispatcher: Dispatcher
    let monitor: HealthMonitor
    /// The loop has dealt with something.
    let moves: AsyncStream<Void>

    func run() async throws {
        let (answers, answer) = AsyncStream.makeStream(of: DispatchReport.self, bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await report in answers.cancelOnGracefulShutdown() { await monitor.heard(report) }
            }
            group.addTask {
                for await _ in moves.cancelOnGracefulShutdown() {
                    dispatcher.notify(.glance { monitor.glanced($0) })
                    _ = try? await cancelWhenGracefulShutdown { try await Task.sleep(for: monitor.pause) }
                }
            }
            group.addTask {
                while !Task.isShuttingDownGracefully, !Task.isCancelled {
                    if monitor.asks() { dispatcher.notify(.beat { answer.yield($0) }) }
                    _ = try? await cancelWhenGracefulShutdown { try await Task.sleep(for: monitor.wait) }
                }
            }
        }
    }
}
