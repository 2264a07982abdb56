internal import FerrySystem
package import SystemPackage

/// The systemd user unit that serves one vault. Pure: facts in, text out.
package struct ServiceUnit: Hashable, Sendable {
    /// The path that stays when Ferry is upgraded, absolute.
    package var program: FilePath
    package var vault: FilePath
    package var vaultID: String
    package var allowRoot = false
    /// Variables that the commands of this person are called with and the service must have, too.
    package var environment: [String: String] = [:]
    /// Files with keys, by the keys' names.
    package var credentials: [String: FilePath] = [:]

    package init(program: FilePath, vault: FilePath, vaultID: String) {
        self.program = program
        self.vault = vault
        self.vaultID = vaultID
    }

    /// `ferry-<words of the folder's name>-<the vault's id>.service`: to be read by people, and one for each vault wherever it lies.
    package var name: String { "ferry-\(Self.slug(vault))-\(Self.key(vaultID)).service" }

    /// What the names of all units of this vault end with, whatever its folder was called.
    package static func nameEnd(vaultID: String) -> String { "-\(key(vaultID)).service" }

    /// A turn that is under way, the end of its processes, and storing where it stopped.
    private static let stopSeconds = 45

    /// What nothing but a person can mend ends with this, and is not tried again (sysexits.h, EX_CONFIG).
    private static let configurationStatus = 78

    /// The unit. Throws `UnitText.Refusal` where a path cannot stand in one.
    ///
    /// What is left out is left out for bubblewrap, which runs below it: RestrictNamespaces, SystemCallFilter, RestrictAddressFamilies, Protect… and
    /// Private… forbid its namespaces or mounts, and NoNewPrivileges (which several others imply in a user unit) one that is set-user-id.
    package func text() throws(UnitText.Refusal) -> String {
        guard String(validating: vault) != nil, String(validating: program) != nil else {
            throw UnitText.Refusal(description: "the path of the vault or of the program is not UTF-8")
        }
        var words = [try UnitText.program(program.string), "run", "--vault", UnitText.argument(vault.string)]
        if allowRoot { words.append("--allow-root") }
        let variables = environment.sorted { $0.key < $1.key }.map { "Environment=" + UnitText.value("\($0.key)=\($0.value)") }
        var keys: [String] = []
        for (name, path) in credentials.sorted(by: { $0.key < $1.key }) {
            keys.append("LoadCredential=\(name):\(try UnitText.bare(path.string, "the path of the credential \(name)"))")
        }
        return """
            # Made by `ferry service install`, which writes it anew each time. Settings of your own: systemctl --user edit \(name)
            [Unit]
            Description=Ferry for the vault \(UnitText.line(vault.lastComponent?.string ?? "/"))
            StartLimitIntervalSec=600
            StartLimitBurst=60

            [Service]
            Type=notify
            NotifyAccess=main
            ExecStart=\(words.joined(separator: " "))
            \((variables + keys).map { $0 + "\n" }.joined())Restart=on-failure
            RestartSec=3
            RestartPreventExitStatus=\(Self.configurationStatus)
            SuccessExitStatus=143
            TimeoutStartSec=180
            WatchdogSec=120
            TimeoutStopSec=\(Self.stopSeconds)
            KillMode=mixed
            Delegate=yes
            OOMPolicy=continue
            UMask=0077

            [Install]
            WantedBy=default.target

            [X-Ferry]
            Vault=\(UnitText.value(vault.string))

            """
    }

    /// The vault that a unit's text names; `nil` where it names none that Ferry would have written.
    package static func vault(in text: String) -> FilePath? {
        text.split(separator: "\n").first { $0.hasPrefix("Vault=") }.flatMap { UnitText.read($0.dropFirst("Vault=".count)) }.map { FilePath($0) }
    }

    /// Letters and digits, in small, with `-` between; at most 32.
    private static func slug(_ vault: FilePath) -> String {
        let words = (vault.lastComponent?.string ?? "").lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        let slug = String(words.joined(separator: "-").prefix(32)).split(separator: "-").joined(separator: "-")
        return slug.isEmpty ? "vault" : slug
    }

    /// The id as it is where it fits into a unit's name, else a part of its hash.
    private static func key(_ id: String) -> String {
        let isPlain = id.utf8.count <= 64 && !id.isEmpty && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        return isPlain ? id : String(ContentHash(of: Array(id.utf8)).description.prefix(16))
    }
}
