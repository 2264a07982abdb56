internal import FerrySystem
internal import Glibc
package import SystemPackage

/// The cgroup (version 2) that a service manager delegated to Ferry (`Delegate=yes`), made ready for children with limits of their own.
package struct DelegatedCgroup: Hashable, Sendable {
    /// Below it each command gets its own.
    package let folder: FilePath

    /// Where Ferry itself goes: a group whose children are limited has no processes of its own (cgroups(7)).
    private static let ownName = "ferry-main"

    /// Looks for the group that this process is in, moves this process one down and turns its controllers on for children. `nil` where there is none, it
    /// is not this user's, others are in it, or it has no memory and pids controllers: limits are then watched.
    /// To be called once, by a service that runs alone in its group; `root` and `membership` are where the kernel shows them.
    package static func claim(root: FilePath = "/sys/fs/cgroup", membership: FilePath = "/proc/self/cgroup") -> DelegatedCgroup? {
        guard let text = SystemText.read(membership), let group = path(in: text) else { return nil }
        var folder = root.pushing(FilePath(String(group.drop { $0 == "/" })))
        if folder.lastComponent?.string == ownName { folder.removeLastComponent() }
        guard folder != root, isDelegated(folder), isAlone(in: folder), let controllers = SystemText.read(folder.appending("cgroup.controllers")),
            Set(controllers.trimmed.split(separator: " ")).isSuperset(of: ["memory", "pids"])
        else { return nil }
        let own = folder.appending(ownName)
        do {
            try Directory.create(own, mode: 0o700)
            try put("\(getpid())", into: own.appending("cgroup.procs"))
            try put("+memory +pids", into: folder.appending("cgroup.subtree_control"))
        } catch { return nil }
        removeLeftovers(in: folder)
        return DelegatedCgroup(folder: folder)
    }

    /// The path in version 2's line, `0::/path`; `nil` where this process is in none.
    static func path(in membership: String) -> String? {
        guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return nil }
        let path = line.dropFirst("0::".count)
        return path == "/" || path.split(separator: "/").contains("..") ? nil : String(path)
    }

    private static func isDelegated(_ folder: FilePath) -> Bool {
        ["cgroup.procs", "cgroup.subtree_control"].allSatisfy { name in folder.appending(name).withPlatformString { access($0, W_OK) == 0 } }
    }

    /// In a terminal's group there are others, which are not Ferry's to move.
    private static func isAlone(in folder: FilePath) -> Bool {
        SystemText.read(folder.appending("cgroup.procs"))?.split(separator: "\n").allSatisfy { $0 == "\(getpid())" } ?? false
    }

    /// The kernel takes what is written in one call.
    private static func put(_ text: String, into file: FilePath) throws {
        let descriptor = try FileDescriptor.open(file, .writeOnly, options: [.closeOnExec])
        defer { try? descriptor.close() }
        _ = try descriptor.writeAll(text.utf8)
    }

    /// Groups of commands whose helper was killed; one that still has processes stays.
    private static func removeLeftovers(in folder: FilePath) {
        for entry in (try? Directory.entries(of: folder)) ?? [] where entry.name.string.hasPrefix("step-") {
            _ = folder.appending(entry.name).withPlatformString { rmdir($0) }
        }
    }
}
