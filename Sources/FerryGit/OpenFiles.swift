internal import FerrySystem
internal import SystemPackage

/// Which files the processes of this user have open, read from /proc.
enum OpenFiles {
    /// Whether some process that this one may look into has the file open now.
    static func contains(_ path: FilePath) throws -> Bool {
        guard let target = RepositoryLayout.resolved(path) else { return false }
        for process in try Directory.entries(of: "/proc") where process.name.string.utf8.allSatisfy({ (48...57).contains($0) }) {
            let descriptors = FilePath("/proc").appending(process.name).appending("fd")
            // Another user's process, or one that is gone.
            guard let entries = try? Directory.entries(of: descriptors) else { continue }
            for entry in entries where (try? SymbolicLink.target(of: descriptors.appending(entry.name))) == target.bytes { return true }
        }
        return false
    }
}
