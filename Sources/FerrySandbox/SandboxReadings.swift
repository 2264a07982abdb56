internal import SystemPackage

/// What a command in the sandbox reads about itself: what is in force, whatever was asked for.
struct SandboxReadings: Hashable {
    static let script = """
        cat /proc/self/status; echo @limits; cat /proc/self/limits; echo @interfaces; cat /proc/self/net/dev; echo @namespaces
        for n in cgroup ipc mnt net pid user uts; do echo "$n $(readlink /proc/self/ns/$n)"; done
        """

    private(set) var status: [String: String] = [:]
    /// Soft limits by the kernel's names; `nil` is unlimited.
    private(set) var limits: [String: Int64?] = [:]
    private(set) var interfaces: [String] = []
    private(set) var namespaces: [String: String] = [:]

    init(_ text: String) {
        var part = "status"
        for line in text.split(separator: "\n") {
            if line.first == "@" {
                part = String(line.dropFirst())
                continue
            }
            take(line, of: part)
        }
    }

    private mutating func take(_ line: Substring, of part: String) {
        switch part {
        case "status":
            let words = line.split(separator: ":", maxSplits: 1)
            if words.count == 2 { status[String(words[0])] = String(words[1]).trimmed }
        case "limits":
            // Names have blanks; columns are 26 wide (fs/proc/base.c).
            guard let soft = line.dropFirst(26).split(separator: " ").first else { return }
            limits[String(line.prefix(26)).trimmed] = .some(Int64(soft))
        case "interfaces":
            if let colon = line.firstIndex(of: ":") { interfaces.append(String(line[..<colon]).trimmed) }
        default:
            let words = line.split(separator: " ")
            if words.count == 2 { namespaces[String(words[0])] = String(words[1]) }
        }
    }

    /// Kinds of namespaces that the command has in common with this process, or does not tell.
    var sharedNamespaces: [String] {
        ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"].filter { kind in
            guard let inside = namespaces[kind] else { return true }
            return (try? SymbolicLink.target(of: FilePath("/proc/self/ns").appending(kind)).string) == inside
        }
    }

    var hasSeccomp: Bool { status["NoNewPrivs"] == "1" && status["Seccomp"] == "2" }

    var hasPrivileges: Bool { ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].contains { Int64(status[$0] ?? "", radix: 16) != 0 } }

    /// The limits that are weaker than these, by the kernel's names.
    func weakLimits(_ wanted: SandboxLimits) -> [String] {
        let all: [(String, Int64)] = [
            ("Max processes", Int64(wanted.processes)), ("Max open files", Int64(wanted.openFiles)), ("Max file size", wanted.fileBytes),
            ("Max core file size", 0),
        ]
        return all.filter { name, limit in
            guard let found = limits[name] ?? nil else { return true }
            return found > limit
        }.map(\.0)
    }
}
