internal import Glibc
package import SystemPackage

/// Space that folders take on disk. Blocking: it looks at every file.
package enum DiskUsage {
    /// Every level holds a descriptor while it is walked; what lies deeper is walked afterwards.
    private static let deepest = 100
    /// The most folders that are held to be walked afterwards.
    private static let mostHeld = 200
    /// A file takes an inode and an entry even where it is empty: floods of them count.
    private static let least: Int64 = 4096

    /// Allocated bytes of all files below these folders, each file once and for at least 4 KiB. Follows no link; what cannot be read counts
    /// nothing. `Int64.max` where folders are nested so deeply and so often that they cannot be counted.
    package static func bytes(in folders: [FilePath]) -> Int64 { measure(folders).bytes }

    /// As above, and whether every folder could be read.
    static func measure(_ folders: [FilePath]) -> (bytes: Int64, isWhole: Bool) {
        var walk = Walk()
        for folder in folders {
            let descriptor = folder.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
            if descriptor >= 0 { walk.add(descriptor, depth: 0) }
            while let deeper = walk.held.popLast() { walk.add(deeper, depth: 0) }
        }
        return (walk.bytes, walk.isWhole)
    }

    private struct Walk {
        private struct File: Hashable {
            var device: dev_t
            var inode: ino_t
        }

        var bytes: Int64 = 0
        var isWhole = true
        /// Descriptors of folders that lay too deep.
        var held: [Int32] = []
        private var linked: Set<File> = []

        mutating func add(_ descriptor: Int32, depth: Int) {
            guard let stream = fdopendir(descriptor) else {
                close(descriptor)
                return
            }
            defer { closedir(stream) }
            while let entry = readdir(stream) {
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                        if strcmp(name, ".") != 0, strcmp(name, "..") != 0 { add(name, in: descriptor, depth: depth) }
                    }
                }
            }
        }

        private mutating func add(_ name: UnsafePointer<CChar>, in folder: Int32, depth: Int) {
            var status = stat()
            guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
            if status.st_mode & S_IFMT == S_IFDIR {
                addFolder(name, in: folder, depth: depth)
            } else if status.st_nlink > 1, !linked.insert(File(device: status.st_dev, inode: status.st_ino)).inserted {
                return
            }
            let allocated = max(Int64(status.st_blocks) * 512, DiskUsage.least)
            bytes = bytes.addingReportingOverflow(allocated).overflow ? .max : bytes + allocated
        }

        private mutating func addFolder(_ name: UnsafePointer<CChar>, in folder: Int32, depth: Int) {
            guard bytes < .max else { return }
            let inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard inner >= 0 else {
                if errno == EACCES { isWhole = false }
                return
            }
            if depth < DiskUsage.deepest { return add(inner, depth: depth + 1) }
            guard held.count < DiskUsage.mostHeld else {
                close(inner)
                bytes = .max
                return
            }
            held.append(inner)
        }
    }
}
