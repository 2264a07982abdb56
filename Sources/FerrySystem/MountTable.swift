internal import Glibc
package import SystemPackage

/// The mounts that this process sees (/proc/self/mountinfo, proc(5)). Its descriptor becomes ready when one is added or taken off, which is
/// the only sign of a mount on top of a folder: inotify is silent there.
package final class MountTable: Sendable {
    package struct Mount: Hashable, Sendable {
        /// Of this mount alone; another mount at the same place has another.
        package let number: Int
        package let point: FilePath
    }

    package let descriptor: FileDescriptor

    /// Throws `Errno` where there is no /proc.
    package init() throws { descriptor = try FileDescriptor.open("/proc/self/mountinfo", .readOnly, options: [.closeOnExec]) }

    deinit { try? descriptor.close() }

    /// Whether a mount was added or taken off since the last call (or since it was made). True once.
    package var hasChanged: Bool { !Polling.wait(for: [], alarms: [descriptor], limit: .zero).isEmpty }

    /// The mounts that a path with all below it lies on: at or above the path, and below it. Links in the path are followed.
    package func mounts(around path: FilePath) -> Set<Mount> {
        let path = Self.resolved(path)
        return mounts { $0.starts(with: path) || path.starts(with: $0) }
    }

    /// The mounts at the path and below it. Links in the path are followed.
    package func mounts(in path: FilePath) -> Set<Mount> {
        let path = Self.resolved(path)
        return mounts { $0.starts(with: path) }
    }

    private func mounts(where counts: (FilePath) -> Bool) -> Set<Mount> {
        guard let text = try? contents() else { return [] }
        var mounts: Set<Mount> = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            // number, parent, device, root within the file system, mount point, …
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
            guard fields.count >= 5, let number = Int(String(decoding: fields[0], as: UTF8.self)) else { continue }
            let point = Self.path(fields[4])
            if counts(point) { mounts.insert(Mount(number: number, point: point)) }
        }
        return mounts
    }

    /// realpath(3); the path as it is where it leads nowhere.
    package static func resolved(_ path: FilePath) -> FilePath {
        path.withPlatformString { text in
            guard let real = realpath(text, nil) else { return path }
            defer { free(real) }
            return FilePath(platformString: real)
        }
    }

    private func contents() throws -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        try descriptor.seek(offset: 0, from: .start)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
            if count == 0 { return all }
            all += buffer[..<count]
        }
    }

    /// Blanks, tabs, line ends and backslashes stand as three octal digits after a backslash.
    static func path(_ field: ArraySlice<UInt8>) -> FilePath {
        var bytes: [CChar] = []
        var rest = field
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3, let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8) {
                bytes.append(CChar(bitPattern: value))
                rest = rest.dropFirst(3)
            } else {
                bytes.append(CChar(bitPattern: byte))
            }
        }
        return (bytes + [0]).withUnsafeBufferPointer { $0.baseAddress.map { FilePath(platformString: $0) } } ?? "/"
    }
}
