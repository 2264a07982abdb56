internal import FerryGit
internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import Glibc
internal import SystemPackage

/// What one vault needs: its folders, its database, its notes, its repositories, its models.
struct VaultExamination: Sendable {
    let view: VaultView
    /// Providers are asked nothing.
    let isOffline: Bool

    func findings() async -> [DoctorFinding] {
        var findings = [vault, fileSystem]
        findings += folders()
        findings.append(service)
        findings.append(await notes())
        findings += await ModelExamination(view: view, isOffline: isOffline).findings()
        do {
            let repositories = try await view.repositories()
            if repositories.isEmpty {
                findings.append(
                    .fail("repository", "the vault has none", remedy: "Add one: ferry init \(WorkingFolder.shown(view.root)) --repo PATH"))
            }
            for repository in repositories { findings += await RepositoryExamination(view: view, note: repository).findings() }
        } catch { findings.append(.fail("repository", error)) }
        return findings
    }

    private var vault: DoctorFinding {
        let folder = WorkingFolder.shown(view.root)
        let unwritable = [view.root, view.root.appending(view.layout.features), view.root.appending(view.layout.system)].first {
            $0.withPlatformString { access($0, W_OK) } != 0
        }
        if let unwritable { return .fail("vault", "\(unwritable) cannot be written", remedy: "Make it writable for this user, or mount it so.") }
        return .ok("vault", folder)
    }

    private var fileSystem: DoctorFinding {
        guard let type = try? FileSystemType(of: view.root) else {
            return .warn("file system", "its kind cannot be told", remedy: "See whether the vault's disk is mounted.")
        }
        guard type.isSilent else { return .ok("file system", "tells of changes at once") }
        return .warn(
            "file system", "a network or FUSE file system: changes made elsewhere are not announced",
            remedy: "Ferry looks every few seconds instead. Keep the vault on a local disk and sync it, if you can.")
    }

    // MARK: Ferry's own folders

    private func folders() -> [DoctorFinding] {
        guard let folders = view.folders else {
            return [.fail("vault id", "the vault has none", remedy: "Give it one: ferry init \(WorkingFolder.shown(view.root))")]
        }
        return [database(folders), disk("state", folders.state), disk("cache", folders.cache)]
    }

    private func database(_ folders: StateFolders) -> DoctorFinding {
        do {
            try Store(reading: folders.database).close()
            return .ok("database", WorkingFolder.shown(folders.database))
        } catch let error as StoreError where error.code == .absent {
            return .ok("database", "none yet; the first `ferry run` makes it")
        } catch { return .fail("database", error) }
    }

    private func disk(_ name: String, _ folder: FilePath) -> DoctorFinding {
        guard folder.withPlatformString({ access($0, W_OK) }) == 0, let free = try? FileContents.freeBytes(at: folder) else {
            return .fail(
                "disk, \(name)", "\(folder) cannot be written",
                remedy: "Make it writable, or set XDG_STATE_HOME and XDG_CACHE_HOME to folders that are.")
        }
        let text = "\(WorkingFolder.shown(folder)): \(free >> 20) MiB free"
        let remedy = "Free some space, or set XDG_\(name.uppercased())_HOME to a larger disk."
        if free < 100 << 20 { return .fail("disk, \(name)", text, remedy: remedy) }
        return free < 2 << 30 ? .warn("disk, \(name)", text, remedy: remedy) : .ok("disk, \(name)", text)
    }

    private var service: DoctorFinding {
        if view.isStopped { return .warn("service", "everything is stopped: \(view.layout.stop) is there", remedy: "To go on: ferry stop --undo") }
        return .ok("service", view.isServed ? "running" : "not running; `ferry run` starts it")
    }

    // MARK: Notes

    private func notes() async -> DoctorFinding {
        do {
            let findings = try await VaultLint(view: view).report().findings
            let errors = findings.count { $0.level == .error }
            if errors > 0 {
                return .fail("notes", "\(errors) of them \(errors == 1 ? "has a fault" : "have faults")", remedy: "See them: ferry check")
            }
            return findings.isEmpty ? .ok("notes", "all can be read") : .warn("notes", "\(findings.count) remarks", remedy: "See them: ferry check")
        } catch { return .fail("notes", error) }
    }
}
