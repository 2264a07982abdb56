internal import ArgumentParser
internal import FerryService
internal import FerryVault
internal import Foundation
internal import SystemPackage

/// `ferry service uninstall`
struct ServiceUninstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Stop and remove the service of a vault.",
        discussion: "What was under way stays where it is and goes on with the next `ferry run`. Vault, database and branches are not touched.")

    @OptionGroup var vault: VaultOptions

    func run() async throws {
        let console = Console.standard
        let (folder, units) = try installed()
        let manager = UserSystemd(environment: ProcessInfo.processInfo.environment)
        guard !units.isEmpty else { return console.print("No service is installed for this vault.") }
        let isAvailable = await manager.availability() == .available
        for unit in units {
            if isAvailable {
                let answer = try await manager.call(["disable", "--now", unit], deadline: .seconds(100))
                guard answer.status == 0 else {
                    throw CommandError(.failed, "systemctl --user disable --now \(unit) failed: \(SafeText.line(answer.error))", remedy: "Try again.")
                }
            }
            try folder.remove(unit)
            console.print("Removed: \(WorkingFolder.shown(folder.path.appending(unit)))")
        }
        if isAvailable {
            _ = try await manager.call(["daemon-reload"])
        } else {
            console.print("Your systemd does not answer; a service that it runs goes on until you log out.")
        }
    }

    /// The units of the vault; of one that is named and not there any more, those that name its folder.
    private func installed() throws -> (UnitFolder, [String]) {
        if let name = vault.vault {
            let path = WorkingFolder.resolved(WorkingFolder.absolute(FilePath(name)).lexicallyNormalized())
            let folder = UnitFolder(configuration: VaultUnit.configuration)
            if !VaultSearch.isVault(path) {
                let units = try folder.units(serving: path)
                if !units.isEmpty { return (folder, units) }
            }
        }
        let place = try VaultUnit(VaultView(vault))
        let (own, ofCopies) = try place.present()
        if own.isEmpty, let (unit, path) = ofCopies.first {
            throw CommandError(
                .configuration, "The service \(unit) is that of \(WorkingFolder.shown(path)), of which this vault is a copy.",
                remedy: "To remove it: ferry service uninstall --vault \(WorkingFolder.shown(path))")
        }
        return (place.folder, own)
    }
}
