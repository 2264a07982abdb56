internal import Glibc
package import SystemPackage

/// Space that folders take on disk. Blocking: it looks at every file.
package enum DiskUsage {
    /// Deeper folders are not counted; every level holds a descriptor while it is walked.
    private static let deepest = 200

    /// Allocated bytes of all files below these folders, each file once. Follows no link; what cannot be read counts nothing.
    package static func bytes(in folders: [FilePath]) -> Int64 {
        var walk = Walk()
        for folder in folders {
            let descriptor = folder.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
            if descriptor >= 0 { walk.add(descriptor, depth: 0) }
        }
        return walk.bytes
    }

    private struct Walk {
        private struct File: Hashable {
            var device: dev_t
            var inode: ino_t
        }

        var bytes: Int64 = 0
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
                guard depth < DiskUsage.deepest else { return }
                let inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                if inner >= 0 { add(inner, depth: depth + 1) }
            } else if status.st_nlink > 1, !linked.insert(File(device: status.st_dev, inode: status.st_ino)).inserted {
                return
            }
            bytes += Int64(status.st_blocks) * 512
        }
    }
}
