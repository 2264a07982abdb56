internal import ArgumentParser
internal import FerryService
internal import FerrySystem
internal import FerryVault
internal import Foundation
internal import SystemPackage

/// `ferry service install`
struct ServiceInstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Write, enable and start the service of a vault, or bring it up to date.",
        discussion: """
            Keys: the service does not see what a shell exports. Put them into keys.yaml, or each into a file of its own, named like the key, in \
            $XDG_CONFIG_HOME/ferry/credentials; install then hands these to the service.

            Status 3 where there is no systemd: it says what to run instead.
            """)

    @Flag(name: .long, help: "Run agents although you are root. Process limits do not bind them then.")
    var allowRoot = false
    @OptionGroup var vault: VaultOptions

    func run() async throws {
        try RootAccess.check(isAllowed: allowRoot)
        let console = Console.standard
        let place = try VaultUnit(VaultView(vault), allowRoot: allowRoot)
        let text = try place.text()
        switch await place.manager.availability() {
        case .available: break
        case .absent:
            ServiceAlternatives(place).lines.forEach { console.print($0) }
            throw ExitCode(CommandError.Code.asked.rawValue)
        case .unreachable(let reason):
            throw CommandError(
                .failed, "Your systemd does not answer: \(SafeText.line(reason)).",
                remedy: "Log in as this user (not by su or sudo), or let its manager run always: sudo loginctl enable-linger \(NSUserName())")
        }
        try await removeOthers(place)
        let isNew = try place.folder.text(of: place.unit.name) != text
        if isNew { try place.folder.write(text, as: place.unit.name) }
        try await ask(place.manager, "daemon-reload")
        try await ask(place.manager, "enable", place.unit.name)
        console.print("\(isNew ? "Written" : "Up to date"): \(WorkingFolder.shown(place.folder.path.appending(place.unit.name)))")
        try await start(place, isNew: isNew, console)
        advice(place).forEach { console.print($0) }
    }

    /// Units of this vault that bear another name: its folder was renamed or moved. One of a copy that is still there is left alone.
    private func removeOthers(_ place: VaultUnit) async throws {
        let (own, ofCopies) = try place.present()
        if let (other, path) = ofCopies.first {
            throw CommandError(
                .configuration,
                "The service \(other) serves \(WorkingFolder.shown(path)), which has the same `vault_id`: one is a copy of the other.",
                remedy: "Take `vault_id` out of the copy's 90_system/ferry.md and run `ferry init` on it, or first: ferry service uninstall --vault "
                    + WorkingFolder.shown(path))
        }
        for other in own where other != place.unit.name {
            try await ask(place.manager, "disable", "--now", other)
            try place.folder.remove(other)
        }
    }

    private func start(_ place: VaultUnit, isNew: Bool, _ console: Console) async throws {
        let before = try await place.manager.properties(of: place.unit.name, ["ActiveState", "MainPID"])
        let isActive = before["ActiveState"] == "active"
        if !isActive, place.view.isServed {
            console.print(
                "A Ferry serves this vault already, so the service was not started. Stop that one, then: systemctl --user start \(place.unit.name)")
            throw ExitCode(CommandError.Code.asked.rawValue)
        }
        let pid = before["MainPID"].flatMap { Int32($0) } ?? 0
        let isOld = isActive && RunningProgram.differs(pid, from: place.unit.program) == true
        guard !isActive || isNew || isOld else { return console.print("It runs already (process \(pid)).") }
        // It answers when the vault has been looked at.
        let answer = try await place.manager.call(["restart", place.unit.name], deadline: .seconds(200))
        guard answer.status == 0 else {
            throw CommandError(
                .failed, "The service did not start: \(SafeText.line(answer.error))",
                remedy: "`ferry service status` says more, and: journalctl --user -u \(place.unit.name) -n 20")
        }
        console.print(isActive ? "Restarted; what was under way goes on." : "Started.")
    }

    private func advice(_ place: VaultUnit) -> [String] {
        var lines = ["Its log: journalctl --user -u \(place.unit.name) -f"]
        let user = NSUserName()
        lines.append(
            Lingering.isOn(user: user)
                ? "It goes on when you log out (lingering is on)."
                : "It ends when you log out. To keep it running: sudo loginctl enable-linger \(user)")
        if StableProgram.isOfBuild(place.unit.program) {
            lines.append(
                "Note: the service runs \(WorkingFolder.shown(place.unit.program)), which a build replaces. `make install` puts Ferry where it stays."
            )
        }
        for key in place.keysOfThisShell() {
            lines.append(
                "Note: the key \(key) is set in this shell only; the service does not see it. Put it into keys.yaml, or into "
                    + "\(WorkingFolder.shown(VaultUnit.configuration))/ferry/credentials/\(key) (mode 0600), and run this again.")
        }
        return lines
    }

    private func ask(_ manager: UserSystemd, _ words: String...) async throws {
        let answer = try await manager.call(words, deadline: .seconds(100))
        guard answer.status == 0 else {
            throw CommandError(
                .failed, "`systemctl --user \(words.joined(separator: " "))` failed: \(SafeText.line(answer.error))", remedy: "Try again.")
        }
    }
}
