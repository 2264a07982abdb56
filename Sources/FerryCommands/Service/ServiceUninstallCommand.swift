internal import ArgumentParser
internal import FerryService
internal import FerryVault
internal import SystemPackage

/// `ferry service uninstall`
struct ServiceUninstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Stop and remove the service of a vault.",
        discussion: "What was under way stays where it is and goes on with the next `ferry run`. Vault, database and branches are not touched.")

    @OptionGroup var vault: VaultOptions

    func run() async throws {
        let console = Console.standard
        let place = try VaultUnit(VaultView(vault))
        let units = try place.present()
        guard !units.isEmpty else { return console.print("No service is installed for this vault.") }
        let isAvailable = await place.manager.availability() == .available
        for unit in units {
            if isAvailable {
                let answer = try await place.manager.call(["disable", "--now", unit], deadline: .seconds(100))
                guard answer.status == 0 else {
                    throw CommandError(.failed, "systemctl --user disable --now \(unit) failed: \(SafeText.line(answer.error))", remedy: "Try again.")
                }
            }
            try place.folder.remove(unit)
            console.print("Removed: \(WorkingFolder.shown(place.folder.path.appending(unit)))")
        }
        if isAvailable {
            _ = try await place.manager.call(["daemon-reload"])
        } else {
            console.print("Your systemd does not answer; a service that it runs goes on until you log out.")
        }
    }
}
