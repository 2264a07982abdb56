internal import FerrySystem
internal import SystemPackage

/// What to do where bubblewrap does not work, from what it says and how this machine is set up.
enum SandboxRemedy {
    static func missing(_ bubblewrap: FilePath) -> SandboxError {
        SandboxError(.unavailable, "bubblewrap is not installed (\(bubblewrap) is missing).", remedy: install)
    }

    static func error(for failure: StepReport.Failure) -> SandboxError {
        switch failure.kind {
        case .policy:
            SandboxError(.policy, "A folder for the command cannot be opened: \(failure.reason).", remedy: "It must be there, and no link.")
        case .bubblewrap: SandboxError(.unavailable, "bubblewrap cannot be run: \(failure.reason).", remedy: install)
        case .helper: SandboxError(.helper, "Ferry's helper ferry-step failed: \(failure.reason).", remedy: "Check the machine's memory and limits.")
        }
    }

    static func error(forBubblewrapSaying text: String) -> SandboxError {
        let words = text.isEmpty ? "it ended without a word" : text
        return SandboxError(.unavailable, "bubblewrap could not set up the sandbox: \(words).", remedy: remedy(for: text, on: Machine.current))
    }

    static var install: String { install(on: SystemText.read("/etc/os-release") ?? "") }

    /// The line that installs bubblewrap here, by the content of os-release(5); all that are known where the distribution is not.
    static func install(on osRelease: String) -> String {
        let names = osRelease.split(separator: "\n").filter { $0.hasPrefix("ID=") || $0.hasPrefix("ID_LIKE=") }
            .flatMap { $0.drop { $0 != "=" }.split { "= \"'".contains($0) } }.map { $0.lowercased() }
        let known = installers.first { !$0.names.isDisjoint(with: names) }
        guard let known else {
            return "Install it: " + installers.map { "\($0.line) (\($0.people))" }.joined(separator: ", ") + "."
        }
        return "Install it: \(known.line). Ferry goes on by itself once it is there."
    }

    private static let installers: [(names: Set<String>, people: String, line: String)] = [
        (["debian", "ubuntu"], "Debian, Ubuntu", "sudo apt-get install bubblewrap"), (["fedora", "rhel"], "Fedora", "sudo dnf install bubblewrap"),
        (["arch"], "Arch", "sudo pacman -S bubblewrap"), (["suse", "opensuse"], "openSUSE", "sudo zypper install bubblewrap"),
        (["alpine"], "Alpine", "sudo apk add bubblewrap"), (["gentoo"], "Gentoo", "sudo emerge sys-apps/bubblewrap"),
    ]

    /// Settings of this machine that decide whether an ordinary user may make namespaces. `nil` where the kernel has no such setting.
    struct Machine: Hashable, Sendable {
        var appArmorRestricts: Bool
        var userNamespacesOff: Bool
        var mostUserNamespaces: Int?
        var isContainer: Bool

        static var current: Machine {
            Machine(
                appArmorRestricts: setting("kernel/apparmor_restrict_unprivileged_userns") == 1,
                userNamespacesOff: setting("kernel/unprivileged_userns_clone") == 0, mostUserNamespaces: setting("user/max_user_namespaces"),
                isContainer: ["/.dockerenv", "/run/.containerenv"].contains { (try? FileStatus.ifPresent(FilePath($0))) != nil })
        }

        private static func setting(_ name: String) -> Int? {
            SystemText.read(FilePath("/proc/sys/" + name)).flatMap { Int($0.trimmed) }
        }
    }

    static func remedy(for text: String, on machine: Machine) -> String {
        if text.contains("Unknown option") {
            return
                "This bubblewrap is too old: 0.8.0 with its security updates (for --bind-fd) or newer is needed. Update the package, or the system."
        }
        if text.contains("Resource temporarily unavailable") {
            return
                "Your user may have no more processes now (or no more namespaces): end some, or raise the limit (ulimit -u, TasksMax of Ferry's unit, "
                + "user.max_user_namespaces). Ferry tries again by itself."
        }
        let isNamespaces = ["namespace", "uid map", "RTM_NEWADDR", "loopback", "Operation not permitted", "Permission denied"].contains {
            text.contains($0)
        }
        guard isNamespaces else { return "Run `ferry doctor`; it tries the sandbox and says what is wrong." }
        if machine.isContainer {
            return "This is a container that may not make namespaces: run Ferry outside it, or start it with user namespaces allowed "
                + "(for Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined)."
        }
        if machine.appArmorRestricts {
            return
                "AppArmor keeps bubblewrap from making namespaces (Ubuntu 24.04 and later). As root: apt-get install bubblewrap apparmor-profiles && "
                + "cp /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict"
        }
        if machine.userNamespacesOff {
            return
                "User namespaces are switched off. As root: sysctl -w kernel.unprivileged_userns_clone=1, and the same line in /etc/sysctl.d/ to keep it."
        }
        if machine.mostUserNamespaces == 0 {
            return
                "User namespaces are switched off. As root: sysctl -w user.max_user_namespaces=10000, and the same line in /etc/sysctl.d/ to keep it."
        }
        return "The kernel refuses a namespace or mount that the sandbox needs; a security module or a container around Ferry is the usual reason."
    }
}
