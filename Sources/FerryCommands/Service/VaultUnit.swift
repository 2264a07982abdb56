internal import FerryPipeline
internal import FerryService
internal import FerrySystem
internal import FerryVault
internal import Foundation
internal import SystemPackage

/// The unit of one vault on this machine: what it is to be, and what is there.
struct VaultUnit: Sendable {
    let view: VaultView
    let unit: ServiceUnit
    let folder: UnitFolder
    let manager: UserSystemd

    /// Throws `CommandError` where the vault has no id.
    init(_ view: VaultView, allowRoot: Bool = false, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        self.view = view
        guard let id = view.vaultID else {
            // With a fault this says so; without one the id is just not there.
            _ = try view.store()
            throw CommandError(
                .configuration, "The vault \(WorkingFolder.shown(view.root)) has no `vault_id`.",
                remedy: "`ferry init \(WorkingFolder.shown(view.root))` adds it.")
        }
        var unit = ServiceUnit(program: StableProgram.path(environment["PATH"]), vault: view.root, vaultID: id)
        unit.allowRoot = allowRoot
        // What decides where Ferry's own folders are; a manager that was started before the shell need not know it.
        for name in ["XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"] {
            if let value = environment[name], value.hasPrefix("/") { unit.environment[name] = value }
        }
        unit.credentials = try Self.credentials()
        self.unit = unit
        folder = UnitFolder(configuration: Self.configuration)
        manager = UserSystemd(environment: environment)
    }

    static var configuration: FilePath { StateFolders.base("XDG_CONFIG_HOME", ".config") }

    /// Files in `$XDG_CONFIG_HOME/ferry/credentials`, each named like its key.
    private static func credentials() throws -> [String: FilePath] {
        let folder = configuration.appending("ferry").appending("credentials")
        guard try FileStatus.ifPresent(folder) != nil else { return [:] }
        let files = try Directory.entries(of: folder).filter { entry in
            entry.kind == .regular && entry.name.string.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        }
        return Dictionary(uniqueKeysWithValues: files.map { ($0.name.string, folder.appending($0.name)) })
    }

    /// The unit's text. Throws `CommandError` where a path cannot stand in one.
    func text() throws -> String {
        do { return try unit.text() } catch {
            throw CommandError(.failed, "No unit can be written: \(error).", remedy: "Rename that folder, or move the vault or the program.")
        }
    }

    /// Names of units that lie there for this vault's id, and of those that serve another folder which bears the same id: a copy. Throws `ServiceError`.
    func present() throws -> (own: [String], ofCopies: [(unit: String, vault: FilePath)]) {
        var own: [String] = []
        var ofCopies: [(unit: String, vault: FilePath)] = []
        for name in try folder.units(vaultID: unit.vaultID) {
            if let path = try folder.text(of: name).flatMap(ServiceUnit.vault), path != view.root, VaultSearch.isVault(path),
                (try? VaultView(root: path).settings.vaultID) == unit.vaultID
            {
                ofCopies.append((name, path))
            } else {
                own.append(name)
            }
        }
        return (own, ofCopies)
    }

    /// Keys that the settings name and that only this shell has: a service would not.
    func keysOfThisShell(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> [String] {
        let file = (try? ModelSource.readKeyFile(at: ModelSource.usualKeyFile)) ?? nil
        let inFile = Set((file?.entries ?? []).filter { $0.key != nil }.map(\.name))
        return Set(view.settings.providers.compactMap { $0.fields["key"] }).filter { name in
            environment[name]?.isEmpty == false && !inFile.contains(name) && unit.credentials[name] == nil
        }.sorted()
    }
}

/// Where this program is found again after an upgrade.
enum StableProgram {
    /// The path by which it was called, links and all, where it leads to this program; else the program's own.
    static func path(_ searchPath: String?, called: String = CommandLine.arguments.first ?? "") -> FilePath {
        let own = WorkingFolder.resolved("/proc/self/exe")
        var candidates: [FilePath] = []
        if called.contains("/") {
            candidates = [WorkingFolder.absolute(FilePath(called))]
        } else if !called.isEmpty {
            candidates = (searchPath ?? "").split(separator: ":").map { FilePath(String($0)).appending(called) }.filter(\.isAbsolute)
        }
        return candidates.first { WorkingFolder.resolved($0) == own } ?? own
    }

    /// Whether a build would overwrite it, or clean it away.
    static func isOfBuild(_ path: FilePath) -> Bool { path.components.contains(".build") }
}

/// Whether the user's services go on when nobody is logged in.
enum Lingering {
    /// loginctl(1) keeps it as a file.
    static func isOn(user: String) -> Bool {
        guard let name = FilePath.Component(user) else { return false }
        return ((try? FileStatus.ifPresent(FilePath("/var/lib/systemd/linger").appending(name))) ?? nil) != nil
    }
}
