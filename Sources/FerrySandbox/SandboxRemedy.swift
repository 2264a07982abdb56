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

    static let install =
        "Install it: sudo apt-get install bubblewrap (Debian, Ubuntu), sudo dnf install bubblewrap (Fedora), sudo pacman -S bubblewrap (Arch)."

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
            guard let file = try? FileDescriptor.open(FilePath("/proc/sys/" + name), .readOnly, options: [.closeOnExec]) else { return nil }
            defer { try? file.close() }
            var bytes = [UInt8](repeating: 0, count: 64)
            guard let count = try? bytes.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return nil }
            return Int(String(decoding: bytes.prefix(count), as: UTF8.self).trimmed)
        }
    }

    static func remedy(for text: String, on machine: Machine) -> String {
        if text.contains("Unknown option") {
            return
                "This bubblewrap is too old: 0.8.0 with its security updates (for --bind-fd) or newer is needed. Update the package, or the system."
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
