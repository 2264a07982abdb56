internal import FerrySystem
package import SystemPackage

/// Free space on the disks that work needs.
package struct DiskSpace: Sendable {
    /// What lies on a disk, in words, and where.
    package struct Place: Hashable, Sendable {
        package let name: String
        package let path: FilePath
        package init(_ name: String, _ path: FilePath) {
            self.name = name
            self.path = path
        }
    }

    /// What must be free before anything begins (`min_free_mb`), in bytes; 0 looks at no disk.
    package let minimum: Int64

    package init(minimum: Int64) { self.minimum = minimum }

    /// Says which of these disks is short, the first of them; `nil` where there is enough. What cannot be asked is passed over. Asks on a thread of its own:
    /// a share whose server is gone may answer late.
    package func shortage(of places: [Place], factor: Double = 1) async -> String? {
        guard let place = await first(of: places, below: Int64(Double(minimum) * factor), files: Int64(Double(Self.minimumFiles) * factor)) else {
            return nil
        }
        return
            "The disk with \(place.name) (\(place.path)) has less than \(minimum >> 20) MB left (`min_free_mb`), or room for less than "
            + "\(Self.minimumFiles) files. Nothing begins before there is more; free some space, Ferry goes on by itself."
    }

    /// The same for a disk that is as good as full: what was done there last may have failed for that alone.
    package func fullness(of places: [Place]) async -> String? {
        guard let place = await first(of: places, below: minimum / 8, files: Self.minimumFiles / 8) else { return nil }
        return "The disk with \(place.name) (\(place.path)) is full. Free some space; Ferry goes on by itself."
    }

    /// Files that must be possible to make on each disk before anything begins: a worktree and what its tools put beside it.
    private static let minimumFiles: Int64 = 8_000

    private func first(of places: [Place], below limit: Int64, files: Int64) async -> Place? {
        guard limit > 0 else { return nil }
        return await withCheckedContinuation { continuation in
            onOwnThread {
                continuation.resume(
                    returning: places.first { place in
                        (try? FileContents.freeBytes(at: place.path)).map { $0 < limit } ?? false
                            || (try? FileContents.freeInodes(at: place.path)).map { $0 < files } ?? false
                    })
            }
        }
    }
}
