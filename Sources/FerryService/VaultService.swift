internal import FerryGit
internal import FerryModel
package import FerryPipeline
internal import FerrySandbox
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import FerryWatch
internal import Foundation
internal import Glibc
internal import Logging
internal import ServiceLifecycle
package import SystemPackage

/// Serves one vault: watches it, carries features on, tells how it is, and stops cleanly on SIGTERM or Ctrl-C.
package enum VaultService {
    /// Returns when it was told to stop, by a signal or by cancelling the caller, or, with `once`, when nothing is left that goes on by itself.
    /// Throws `ServiceError` where the vault cannot be served.
    package static func run(_ options: ServiceOptions) async throws -> ServiceEnd {
        // A child that closes its input, and a lease that is broken, must not end the service.
        signal(SIGPIPE, SIG_IGN)
        NoteWriter.ignoreSignals()
        OpenFileLimit.raise()
        let log = Logger(label: "ferry")
        let signals = options.signals ?? StopSignals()
        let isOwn = options.signals == nil
        if options.stopsOnSignals, isOwn { await signals.begin() }
        defer { if isOwn { signals.end() } }
        let vault = try vault(options.vault)
        let folders = try folders(for: vault, options)
        let lock = try await lock(folders, options)
        defer { withExtendedLifetime(lock) {} }
        let notice = ServingNotice(vault, folders, options.timing, log)
        try notice.claim(takesOver: options.takesOver)
        var remains = await UncleanStart(folders: folders, patience: options.timing.orphanPatience).tidy()
        for line in remains { log.notice("\(line)") }
        try await failpoint(.startBeforeIntent)
        while true {
            let store = try await open(folders)
            defer { store.close() }
            try await failpoint(.startAfterIntent)
            for line in remains { try? await store.record(line) }
            remains = []
            if signals.count > 0 {
                await notice.withdraw()
                return .stopped
            }
            do { return try await serve(vault, folders, store, notice, signals, options, log) } catch let error as StoreError {
                // Not even the beginning could be read.
                guard error.code == .corrupt else { throw unusable(error) }
                // Everything that the service knew comes from that database: it begins anew with what an opening makes of it.
                log.error("\(error)")
            }
        }
    }

    /// Only under a service manager: at a terminal the group holds other programs of the person's.
    private static func delegatedCgroup(_ options: ServiceOptions, _ log: Logger) -> DelegatedCgroup? {
        guard (options.environment ?? ProcessInfo.processInfo.environment)["INVOCATION_ID"] != nil else { return nil }
        let cgroup = DelegatedCgroup.claim()
        let words = cgroup.map { "bounded by cgroups below \($0.folder)" } ?? "watched; no cgroup with controllers is delegated"
        log.info("memory and processes of commands: \(words)")
        return cgroup
    }

    private static func serve(
        _ vault: Vault, _ folders: StateFolders, _ store: Store, _ notice: ServingNotice, _ signals: StopSignals, _ options: ServiceOptions,
        _ log: Logger
    ) async throws -> ServiceEnd {
        let cgroup = delegatedCgroup(options, log)
        let sandbox = BubblewrapRunner(
            bubblewrap: options.bubblewrap, allowRoot: options.allowRoot, cgroup: cgroup?.folder, longest: options.timing.longestCommand)
        let models = try models(options, log)
        var parts = DispatcherParts(
            store: store, folders: folders, runner: RedactingRunner(options.runner ?? sandbox) { models.redactor }, models: models,
            timing: options.timing, log: log, model: options.model,
            maxIterations: options.maxIterations, progress: options.progress)
        parts.runsOnce = options.once
        parts.lookup = options.lookup
        parts.settleFromSettings = options.settleFromSettings
        if options.runner == nil { parts.health = { await SandboxHealth.check(sandbox).obstacle?.description } }
        let desk = VaultDesk(vault: vault, writes: folders.writes)
        let monitor = HealthMonitor(options, folders, log, parts.clock) { await notice.announce() }
        var hooks = options.hooks
        hooks.didAdvance = { monitor.advance() }
        let (moves, moved) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        hooks.didMove = { moved.yield() }
        let dispatcher = Dispatcher(parts: parts, desk: desk, hooks: hooks)
        let watcher = try watcher(vault)
        let stop = SignalService(signals: signals, dispatcher: dispatcher, notices: options.notices, log: log, patience: options.timing.windDown)
        // The last is told to stop first; the loop's end ends all.
        do {
            try await serve(
                (options.stopsOnSignals ? [.init(service: stop, successTerminationBehavior: .ignore)] : []) + [
                    .init(service: HealthService(dispatcher: dispatcher, monitor: monitor, moves: moves), successTerminationBehavior: .ignore),
                    .init(service: ServingService(notice: notice), successTerminationBehavior: .ignore),
                    .init(
                        service: DispatcherService(dispatcher: dispatcher), successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(
                        service: WatcherService(
                            watcher: watcher, desk: desk, dispatcher: dispatcher, notice: notice, stopPoll: options.timing.stopPoll),
                        successTerminationBehavior: .ignore, failureTerminationBehavior: .gracefullyShutdownGroup),
                ], log)
        } catch {
            await models.shutDown()
            throw error
        }
        await models.shutDown()
        await notice.withdraw()
        monitor.end()
        if let other = notice.lost { throw notice.refusal(other, "has taken this vault over") }
        guard options.once else { return .stopped }
        return switch await dispatcher.onceEnd() {
        case .settled: .settled
        case .waitsForPerson(let lines): .waitsForPerson(lines)
        case .failed(let lines): .failed(lines)
        }
    }

    private static func serve(
        _ services: [ServiceGroupConfiguration.ServiceConfiguration], _ log: Logger
    ) async throws {
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: log))
        // Cancelling the group would tear its parts down in the middle; out of the caller's reach it is told to stop, as by a signal.
        let serving = Task { try await group.run() }
        try await withTaskCancellationHandler {
            try await serving.value
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
    }

    static func vault(_ root: FilePath) throws -> Vault {
        do { return try Vault.open(root) } catch let error as VaultError {
            throw ServiceError(.configuration, error.message + ".", remedy: error.remedy)
        }
    }

    private static func models(_ options: ServiceOptions, _ log: Logger) throws -> ModelSource {
        let path = options.configHome.map { $0.appending("ferry").appending("keys.yaml") } ?? ModelSource.usualKeyFile
        do {
            let file = try ModelSource.readKeyFile(at: path)
            for fault in file?.faults ?? [] { log.warning("\(fault)") }
            return ModelSource(
                keys: file?.entries ?? [], environment: options.environment ?? ProcessInfo.processInfo.environment, keyFile: path,
                timing: options.timing)
        } catch { throw ServiceError(.configuration, "\(path) cannot be used: \(error)", remedy: "Mend it, or take it away.") }
    }

    static func folders(for vault: Vault, _ options: ServiceOptions) throws -> StateFolders {
        try folders(vaultID: vault.id, state: options.stateHome, cache: options.cacheHome)
    }

    /// Ferry's own folders of a vault, made where they are missing; `nil` stands for the XDG folders. Throws `ServiceError` of code `storage`.
    package static func folders(vaultID: String, state: FilePath? = nil, cache: FilePath? = nil) throws -> StateFolders {
        let state = state ?? StateFolders.base("XDG_STATE_HOME", ".local/state")
        let cache = cache ?? StateFolders.base("XDG_CACHE_HOME", ".cache")
        do { return try StateFolders(vaultID: vaultID, state: state, cache: cache) } catch {
            throw ServiceError(
                .storage, "Ferry's folders in \(state.appending("ferry")) and \(cache.appending("ferry")) cannot be made (\(error)).",
                remedy: "Make both writable, free some space there, or name others in XDG_STATE_HOME and XDG_CACHE_HOME.")
        }
    }

    /// The lock of a Ferry that was killed lives a little longer where a child of it was just being started: between its fork and its exec the child
    /// has all that the parent had open. So one that is held is asked for again for as long as orphans have to end.
    static func lock(_ folders: StateFolders, _ options: ServiceOptions) async throws -> InstanceLock {
        let end = BootClock.now + options.timing.orphanPatience
        do {
            while true {
                do { return try InstanceLock(at: folders.lock) } catch Errno.wouldBlock, Errno.resourceTemporarilyUnavailable {
                    guard BootClock.now < end else { throw Errno.wouldBlock }
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        } catch Errno.wouldBlock {
            throw ServiceError(
                .alreadyRunning, "Another Ferry serves \(options.vault) already.",
                remedy: "`ferry status` shows what it does; stop it first, or use it.")
        } catch {
            throw ServiceError(
                .storage, "The lock \(folders.lock) cannot be made (\(error)).", remedy: "Free some space, or mend the folder's rights.")
        }
    }

    private static func watcher(_ vault: Vault) throws -> VaultWatcher {
        do { return try VaultWatcher(root: vault.root, folders: vault.layout.watchedFolders) } catch let error as Errno {
            throw ServiceError(
                .storage, "The vault \(vault.root) cannot be watched (\(error)).",
                remedy: error == .tooManyOpenFiles
                    ? "Raise fs.inotify.max_user_instances (sysctl), or stop another watcher." : "Look at the folder's rights.")
        }
    }

    private static func open(_ folders: StateFolders) async throws -> Store {
        do { return try await StoreOpening(database: folders.database, journals: folders.runs).opened() } catch let error as StoreError {
            throw unusable(error)
        }
    }

    private static func unusable(_ error: StoreError) -> ServiceError { ServiceError(.storage, error.message, remedy: "Then start again.") }
}
