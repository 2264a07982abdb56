package import SystemPackage

/// What whoever watches a file hears.
package enum FileEvents {
    /// Tells the watchers of a regular file to look at it: it is opened for writing and closed, and nothing of it changes. Throws `Errno`.
    package static func announce(_ path: FilePath) throws {
        let file = try FileDescriptor.open(path, .writeOnly, options: [.noFollow, .closeOnExec, .nonBlocking])
        defer { try? file.close() }
        guard try FileStatus(of: file).kind == .regular else { throw Errno.notSupported }
    }
}
