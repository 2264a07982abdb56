internal import FerrySystem
internal import Glibc
internal import SystemPackage

/// A program as `PATH` finds it, and the file that it really is.
struct ProgramPath: Hashable, Sendable {
    let path: FilePath
    let resolved: FilePath

    /// `nil` where no program is there.
    init?(_ path: FilePath) {
        guard path.withPlatformString({ access($0, X_OK) }) == 0, let resolved = Self.resolve(path),
            (try? FileStatus(of: resolved))?.kind == .regular
        else { return nil }
        self.path = path
        self.resolved = resolved
    }

    /// The first on a `PATH`; relative entries count for nothing.
    static func find(_ name: String, on path: String, except: FilePath? = nil) -> ProgramPath? {
        let folders = path.split(separator: ":").map { FilePath(String($0)) }.filter { $0.isAbsolute && $0 != except }
        return folders.lazy.compactMap { ProgramPath($0.appending(name)) }.first
    }

    static func resolve(_ path: FilePath) -> FilePath? {
        guard let bytes = path.withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(bytes) }
        return FilePath(platformString: bytes)
    }

    var folder: FilePath { path.removingLastComponent() }
    /// What the file is called in truth, which tells the proxies of version managers.
    var trueName: String { resolved.lastComponent?.string ?? "" }

    /// The folder above `bin` or `sbin`, else the folder of the program itself.
    static func root(of program: FilePath) -> FilePath {
        let folder = program.removingLastComponent()
        return ["bin", "sbin"].contains(folder.lastComponent?.string ?? "") ? folder.removingLastComponent() : folder
    }
}
