internal import FerryPipeline
internal import FerryService
internal import SystemPackage

/// What keeps Ferry running where there is no systemd. Pure.
struct ServiceAlternatives: Hashable, Sendable {
    let lines: [String]

    init(_ place: VaultUnit) {
        self.init(program: place.unit.program, vault: place.view.root, state: place.view.folders?.state, allowRoot: place.unit.allowRoot)
    }

    init(program: FilePath, vault: FilePath, state: FilePath?, allowRoot: Bool) {
        let words = [Self.quoted(program.string), "run", "--vault", Self.quoted(vault.string)] + (allowRoot ? ["--allow-root"] : [])
        let command = words.joined(separator: " ")
        let log = Self.quoted((state ?? "/tmp").appending("service.log").string)
        let line = "\(command) >>\(log) 2>&1"
        lines = [
            "There is no systemd here, so nothing was installed. What keeps Ferry running instead:",
            "", "now, until the machine stops:", "  nohup \(line) </dev/null &",
            "", "from each start of the machine on, a line for `crontab -e`:",
            // cron takes % for a line end.
            line.contains("\n") ? "  (not for a path with a line end in it)" : "  @reboot \(line.replacing("%", with: "\\%"))",
            "", "another supervisor (runit, s6, OpenRC, supervisord, a container): have it run, in the foreground,", "  \(command)",
            "It stops with SIGTERM: give it 45 s. Have it restarted when it ends with another status than 0 and 78; 78 needs you.",
            "`ferry status` says how it is.",
        ]
    }

    /// For sh(1).
    private static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0)) }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
