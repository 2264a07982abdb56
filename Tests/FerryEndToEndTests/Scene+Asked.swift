internal import FerryModel
internal import FerryTestSupport
internal import FerryWireServer
internal import Glibc
internal import SystemPackage

/// What the model was asked, and what runs on the machine.
extension Scene {
    /// The first messages of all conversations with a role, in order.
    func prompts(_ role: String) -> [String] {
        server.requests.filter { $0.answers == 0 && $0.firstUserText.hasPrefix("Role: \(role)\n") }.map(\.firstUserText)
    }

    /// `coder 1`: role and turn of every request, in order.
    var turns: [String] {
        server.requests.map { request in
            let role = request.firstUserText.split(separator: "\n").first.map { $0.dropFirst("Role: ".count) } ?? ""
            return "\(role) \(request.answers + 1)"
        }
    }

    /// Whether a process on this machine has this in its command line.
    static func isRunning(_ mark: String) -> Bool {
        guard let folder = opendir("/proc") else { return false }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.allSatisfy(\.isNumber), let line = try? text(FilePath("/proc/\(name)/cmdline")) else { continue }
            if line.contains(mark) { return true }
        }
        return false
    }
}

/// A command that does not end by itself, leaves a grandchild in another session behind, and can be found among the processes of the machine.
struct EndlessCommand {
    let mark = "\(UInt32.random(in: 1_000_000 ... .max))"
    /// In quotes, since the tool tells a model that `setsid` outside of them is of no use.
    var line: String { "sh -c 'trap \"\" TERM; setsid sleep \(mark) & sleep \(mark)'" }
    var isRunning: Bool { Scene.isRunning("sleep\0\(mark)") }
}
