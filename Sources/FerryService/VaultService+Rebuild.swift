internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

extension VaultService {
    /// What `rebuild` made.
    package struct Rebuilt: Hashable, Sendable {
        package var features: Int
        package var runs: Int
        /// In words, with what is not known of it.
        package var cost: String
        /// What a person is asked before anything goes on.
        package var asked: [String]
        /// Where the database that was there lies now.
        package var aside: String?
    }

    /// The database that is there is good, for all one knows; the new one needs as much again.
    private static func refuseWithoutRoom(_ folders: StateFolders) throws {
        let size = ((try? FileStatus.ifPresent(folders.database)) ?? nil)?.size ?? 0
        guard let free = try? FileContents.freeBytes(at: folders.state), free < size + 4 << 20 else { return }
        throw ServiceError(
            .storage, "The disk of \(folders.state) has \(free >> 20) MiB free, too little for a new database.",
            remedy: "Free some space, then run `ferry rebuild` again; nothing was changed.")
    }

    /// Sets the database of a vault aside and makes it anew from what journals, notes, runs and branches say. Throws `ServiceError`, also while a service
    /// serves the vault.
    package static func rebuild(_ options: ServiceOptions) async throws -> Rebuilt {
        let vault = try vault(options.vault)
        let folders = try folders(for: vault, options)
        let lock = try await lock(folders, options)
        defer { withExtendedLifetime(lock) {} }
        try refuseWithoutRoom(folders)
        do {
            let opening = StoreOpening(database: folders.database, journals: folders.runs)
            let (store, aside) = try await opening.openedAnew(because: "The database was made anew by `ferry rebuild`.")
            defer { store.close() }
            let desk = VaultDesk(vault: vault, writes: folders.writes)
            desk.beginLooking()
            let loader = ConfigurationLoader(
                root: vault.root, layout: vault.layout, offLimits: vault.offLimits(home: StateFolders.home, ferry: [folders.state, folders.cache]),
                store: store)
            let rebuild = VaultRebuild(store: store, folders: folders, desk: desk, configuration: try await loader.load())
            guard let report = try await rebuild.perform() else {
                throw ServiceError(
                    .configuration, "The vault \(vault.root) is not there.",
                    remedy: "Mount it, or put its folders back; then run `ferry rebuild` again.")
            }
            return Rebuilt(
                features: report.features, runs: report.runs, cost: RunNotes.cost(report.spent), asked: report.asked, aside: aside?.string)
        } catch let obstacle as VaultRebuild.Obstacle {
            throw ServiceError(.storage, obstacle.reason, remedy: "Run `ferry rebuild` again when it answers.")
        } catch let error as StoreError {
            throw ServiceError(.storage, error.message, remedy: "Then run `ferry rebuild` again.")
        } catch let error as Errno {
            throw ServiceError(
                .storage, "The disk or the system refused (\(error)).", remedy: "Free some space, or mend the rights of \(folders.state).")
        }
    }
}
