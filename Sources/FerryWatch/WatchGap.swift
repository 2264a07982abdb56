internal import FerrySystem
internal import SystemPackage

/// Why events cannot be relied upon, in words for the person, with the remedy.
enum WatchGap {
    static let consequence = "Until then the vault is looked at every few seconds."

    /// `nil` for what is no fault: a folder that vanished meanwhile, a file, a link.
    static func reason(_ error: Errno, _ folder: FilePath) -> String? {
        switch error {
        case .noSpace:
            "The inotify watches of this user are used up (at \(folder)). Raise them: `sudo sysctl fs.inotify.max_user_watches=524288`. \(consequence)"
        case .permissionDenied: "\(folder) cannot be watched: no right to read it. Mend its rights. \(consequence)"
        case .noMemory: "\(folder) cannot be watched: the kernel has no memory left. \(consequence)"
        default: nil
        }
    }

    static func noInstance(_ error: any Error) -> String {
        "No inotify instance is to be had (\(error)). Stop another watcher, or raise them: `sudo sysctl fs.inotify.max_user_instances=512`. \(consequence)"
    }

    /// `nil` for a file system that tells of every change, and where nothing is there.
    static func silence(of folder: FilePath) -> String? {
        guard let name = try? FileSystemType(of: folder).silentName else { return nil }
        return "\(folder) lies on \(name), which does not tell of every change. It is looked at every few seconds."
    }
}
