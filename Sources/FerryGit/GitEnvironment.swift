/// The exact environments that host git runs in. Nothing of Ferry's own environment reaches it.
enum GitEnvironment {
    /// Holds for every command: no configuration but the git directory's own, no prompts, no programs, no replaced objects.
    static let base: [String: String] = [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent", "LC_ALL": "C", "TZ": "UTC",
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1", "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "/bin/false", "SSH_ASKPASS": "/bin/false", "GIT_SSH_COMMAND": "/bin/false",
        "GIT_EDITOR": "/bin/false", "GIT_SEQUENCE_EDITOR": "/bin/false", "GIT_PAGER": "cat", "GIT_ALLOW_PROTOCOL": "none",
        "GIT_AUTHOR_NAME": "Ferry", "GIT_AUTHOR_EMAIL": "ferry@localhost",
        "GIT_COMMITTER_NAME": "Ferry", "GIT_COMMITTER_EMAIL": "ferry@localhost",
    ]

    /// What git puts on the disk before it goes on: a commit before the branch that names it, and the branch, which after a loss of power would
    /// otherwise be an empty file. By default neither single objects nor branches nor the index are (git-config(1), `core.fsync`).
    static let synced = "committed,loose-object,reference,index"

    /// Settings of the user's own git directory that could start a program or change what a command means.
    static let overrides: [(key: String, value: String)] = [
        ("core.hooksPath", "/dev/null"), ("core.fsmonitor", "false"), ("core.useBuiltinFSMonitor", "false"),
        ("core.attributesFile", "/dev/null"), ("core.alternateRefsCommand", ""), ("core.gitProxy", ""),
        ("core.sshCommand", "/bin/false"), ("core.askPass", "/bin/false"), ("core.editor", "/bin/false"), ("core.pager", "cat"),
        ("credential.helper", ""), ("gpg.program", "/bin/false"), ("gpg.ssh.program", "/bin/false"), ("gpg.x509.program", "/bin/false"),
        ("commit.gpgSign", "false"), ("tag.gpgSign", "false"), ("log.showSignature", "false"),
        ("protocol.allow", "never"), ("submodule.recurse", "false"), ("status.submoduleSummary", "false"),
        ("diff.external", ""), ("interactive.diffFilter", ""), ("gc.auto", "0"), ("maintenance.auto", "false"),
        ("uploadpack.packObjectsHook", ""), ("core.fsync", synced),
    ]

    /// The settings that make each filter, diff driver, merge driver and configured hook in `keys` (names as `git config --list` prints them) do nothing.
    static func neutralising(_ keys: some Sequence<String>) -> [(key: String, value: String)] {
        var settings: [(key: String, value: String)] = []
        for key in keys {
            guard let first = key.firstIndex(of: "."), let last = key.lastIndex(of: "."), first < last else { continue }
            let driver = key[..<last]
            switch (key[..<first].lowercased(), key[key.index(after: last)...].lowercased()) {
            case ("filter", "clean"), ("filter", "smudge"), ("filter", "process"): settings.append((key, ""))
            case ("filter", "required"): settings.append((key, "false"))
            case ("diff", "command"), ("diff", "textconv"), ("merge", "driver"): settings.append((key, ""))
            case ("hook", _): settings.append(("\(driver).enabled", "false"))
            default: continue
            }
        }
        return settings
    }

    /// Settings as environment variables, the one form in which a name may hold any character.
    static func variables(for settings: [(key: String, value: String)]) -> [String: String] {
        var variables = ["GIT_CONFIG_COUNT": String(settings.count)]
        for (number, setting) in settings.enumerated() {
            variables["GIT_CONFIG_KEY_\(number)"] = setting.key
            variables["GIT_CONFIG_VALUE_\(number)"] = setting.value
        }
        return variables
    }
}
