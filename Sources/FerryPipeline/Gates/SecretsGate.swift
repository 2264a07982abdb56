package import FerryModel

/// Finds keys, tokens and passwords in the lines that a change brings in. Shows where, never what.
///
/// Keys in the format of an issuer are errors everywhere. Private keys, addresses with passwords, and values that look random where their own line
/// calls them a secret are warnings in test files, since test suites make up their own. Placeholders (`EXAMPLE`, `xxxx`, `<your-key>`) are not secrets.
package struct SecretsGate: Gate {
    package let name = "secrets"
    package let purpose = "Finds keys, tokens and passwords by their known shapes, and random values that their line calls a secret."

    package init() {}

    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        let keys = context.keys.ofKnownValues
        return change.files.flatMap { file -> [Finding] in
            guard file.kind != .deleted else { return [] }
            if file.kind == .added, Self.isKeyStore(file.path) {
                return [finding(file.path, nil, "The file is a store of keys by its name.")]
            }
            let isTest = TestFile.isTest(file.path)
            if file.kind == .added,
                Secret(in: Array(file.path.utf8)[...], next: [])?.hasKnownShape == true || keys.redacted(Array(file.path.utf8)) != nil
            {
                return [finding(file.path, nil, "The name of the file holds a key.")]
            }
            let lines = file.newLines
            return lines.enumerated().compactMap { index, line in
                let next = lines.indices.contains(index + 1) ? lines[index + 1].bytes : []
                if keys.redacted(Array(line.bytes)) != nil { return finding(file.path, line.number, "The line holds a key that Ferry uses.") }
                guard let secret = Secret(in: line.bytes, next: next) else { return nil }
                let severity: Finding.Severity = isTest && !secret.hasKnownShape ? .warning : .error
                return finding(file.path, line.number, "The line holds what looks like \(secret.name).", severity)
            }
        }
    }

    private func finding(_ path: String, _ line: Int?, _ message: String, _ severity: Finding.Severity = .error) -> Finding {
        Finding(
            rule: name, severity: severity, path: path, line: line, message: message,
            remedy: "Take it out and read it from the environment or a file outside the repository. If it is real and was ever pushed, revoke it.")
    }

    private static func isKeyStore(_ path: String) -> Bool {
        guard let file = path.split(separator: "/").last?.lowercased() else { return false }
        let names: Set<String> = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", ".pgpass", ".htpasswd", ".git-credentials"]
        return names.contains(file) || [".p12", ".pfx", ".jks", ".keystore", ".kdbx"].contains(where: file.hasSuffix)
    }
}
