internal import FerryWatch
internal import SystemPackage

/// Watches `10_features` and `90_system` of the vault given and prints a line for each change that it takes, in a process that a test can put
/// into namespaces of its own. A file is looked at when it is announced.
@main
enum FerryWatchProbe {
    static func main() async throws {
        guard let root = CommandLine.arguments.dropFirst().first else { return }
        let watcher = try VaultWatcher(root: FilePath(root), folders: ["10_features", "90_system"])
        try say("ready")
        for await _ in watcher.signals {
            for change in watcher.take() {
                switch change {
                case .file(let path): try say("file \(path)")
                case .folder(let path): try say("folder \(path)")
                case .everything: try say("everything")
                case .unreliable(let reason?): try say("unreliable \(reason)")
                case .unreliable(nil): try say("reliable")
                }
            }
        }
    }

    private static func say(_ line: String) throws { _ = try FileDescriptor.standardOutput.writeAll((line + "\n").utf8) }
}
