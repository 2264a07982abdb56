internal import FerrySystem
internal import FerryVault
internal import Glibc
internal import SystemPackage

/// Finds the vault that a command is about.
struct VaultSearch: Hashable, Sendable {
    /// `--vault`.
    var option: String?
    /// `FERRY_VAULT`.
    var variable: String?
    var folder: FilePath

    init(option: String?, variable: String? = getenv("FERRY_VAULT").map { String(cString: $0) }, folder: FilePath = WorkingFolder.path) {
        self.option = option
        self.variable = variable
        self.folder = folder
    }

    /// The vault's folder, without symbolic links. Throws `CommandError` with `configuration`.
    func find() throws -> FilePath {
        if let option { return try named(option, by: "--vault") }
        if let variable, !variable.isEmpty { return try named(variable, by: "FERRY_VAULT") }
        var place = WorkingFolder.resolved(folder)
        while true {
            if Self.isVault(place) { return place }
            guard place.removeLastComponent() else { break }
        }
        throw CommandError(
            .configuration, "There is no vault in \(WorkingFolder.shown(folder)) or above it.",
            remedy: "Go into one, name one with --vault DIR or FERRY_VAULT, or make one: `ferry init DIR`.")
    }

    private func named(_ name: String, by source: String) throws -> FilePath {
        let path = WorkingFolder.resolved(folder.pushing(FilePath(name)).lexicallyNormalized())
        if Self.isVault(path) { return path }
        throw CommandError(
            .configuration, "\(WorkingFolder.shown(path)), which \(source) names, is no vault: it has no \(VaultLayout().settings).",
            remedy: "Name another folder, or make it one: `ferry init \(WorkingFolder.shown(path))`.")
    }

    /// Whether the folder holds the settings note.
    static func isVault(_ folder: FilePath) -> Bool {
        (try? FileStatus.ifPresent(folder.pushing(VaultLayout().settings)))?.kind == .regular
    }
}
