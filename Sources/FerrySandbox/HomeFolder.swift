internal import Glibc
internal import SystemPackage

/// The home of the user as whom Ferry runs, by the user database: `HOME` can be set to anything.
enum HomeFolder {
    static var path: FilePath {
        var entry = passwd()
        var buffer = [CChar](repeating: 0, count: 1 << 14)
        var found: UnsafeMutablePointer<passwd>?
        guard getpwuid_r(geteuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil, let folder = entry.pw_dir else { return "/home" }
        return FilePath(platformString: folder)
    }
}
