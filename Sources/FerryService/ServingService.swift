internal import ServiceLifecycle

/// Repeats, seldom, that this machine serves the vault.
struct ServingService: Service {
    let notice: ServingNotice

    func run() async throws { await cancelWhenGracefulShutdown { await notice.keepAnnouncing() } }
}
