internal import FerryPipeline
internal import Glibc
internal import SystemPackage

/// Paths as a person types them.
enum WorkingFolder {
    /// The current folder, absolute.
    static var path: FilePath {
        guard let name = getcwd(nil, 0) else { return "/" }
        defer { free(name) }
        return FilePath(platformString: name)
    }

    /// The path from the root, without `.`, `..` and trailing slashes; links stay.
    static func absolute(_ path: FilePath) -> FilePath { (path.isAbsolute ? path : Self.path.pushing(path)).lexicallyNormalized() }

    /// realpath(3) of the path, or of what of it is there with the rest behind it.
    static func resolved(_ path: FilePath) -> FilePath {
        var rest: [FilePath.Component] = []
        var there = absolute(path)
        while true {
            if let found = there.withPlatformString({ realpath($0, nil) }) {
                defer { free(found) }
                return rest.reversed().reduce(FilePath(platformString: found)) { $0.appending($1) }
            }
            guard let last = there.lastComponent, there.removeLastComponent() else { return absolute(path) }
            rest.append(last)
        }
    }

    /// The home of this user.
    static var home: FilePath { StateFolders.home }

    /// As people write it: below the home with `~`, else as it is.
    static func shown(_ path: FilePath) -> String {
        guard home != "/", path != home else { return path.string }
        var rest = path
        return rest.removePrefix(home) ? "~/" + rest.string : path.string
    }
}
