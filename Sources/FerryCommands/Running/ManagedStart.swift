internal import FerryService
internal import FerrySystem
internal import FerryVault
internal import Logging
internal import SystemPackage

/// The beginning of a service that a service manager has started, with nobody there to read why it ended: what mends itself is waited for.
/// At a terminal everything is told at once instead.
struct ManagedStart: Sendable {
    let notices: ServiceNotices
    var wait: Duration = .seconds(3)
    /// How much longer the manager is asked to be patient, each time.
    private static let patience: Duration = .seconds(90)

    /// The vault; one that `--vault` names and that is not there is not mounted yet, nor are Ferry's own folders. Throws
    /// `CommandError`, and at a terminal `ServiceError`.
    func vault(_ options: VaultOptions) async throws -> VaultView {
        var hasTold = false
        while notices.isManaged, let name = options.vault, !VaultSearch.isVault(WorkingFolder.resolved(.init(name))) {
            try await pause("The vault \(WorkingFolder.shown(.init(name))) is not there; it is waited for.", &hasTold)
        }
        while true {
            do { return try VaultView(options) } catch let error as ServiceError where error.code == .storage && notices.isManaged {
                try await pause(error.description, &hasTold)
            }
        }
    }

    /// Serves; what Ferry's own folders lack (space, rights) is waited for. Throws as `VaultService.run` does.
    func serve(_ options: ServiceOptions) async throws -> ServiceEnd {
        guard notices.isManaged else { return try await VaultService.run(options) }
        var hasTold = false
        var options = options
        // One for all tries: a signal that comes between two of them, or to one that fails, is heeded.
        let signals = options.signals ?? StopSignals()
        if options.signals == nil { await signals.begin() }
        defer { signals.end() }
        options.signals = signals
        while true {
            do { return try await VaultService.run(options) } catch let error as ServiceError where error.code == .storage {
                let until = ContinuousClock.now + wait
                try await pause(error.description, &hasTold, for: .zero)
                while ContinuousClock.now < until, signals.count == 0 { try await Task.sleep(for: min(wait, .milliseconds(100))) }
                if signals.count > 0 { return .stopped }
            }
        }
    }

    private func pause(_ reason: String, _ hasTold: inout Bool, for wait: Duration? = nil) async throws {
        notices.extend(by: Self.patience, SafeText.line(reason))
        if !hasTold { Logger(label: "ferry").error("\(reason)") }
        hasTold = true
        try await Task.sleep(for: wait ?? self.wait)
    }
}
