internal import FerryModel
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

    /// What must be free before anything begins (`min_free_mb`), in bytes; 0 asks for none.
    package let minimum: Int64
    /// A disk may take so long to answer.
    private let patience: Duration

    package init(minimum: Int64, patience: Duration = Timing().diskAnswer) {
        self.minimum = minimum
        self.patience = patience
    }

    /// Says which of these disks is short, or does not answer, the first of them; `nil` where there is enough. What cannot be asked is passed over.
    package func shortage(of places: [Place], factor: Double = 1) async -> String? {
        guard let (place, answers) = await first(of: places, below: Int64(Double(minimum) * factor), files: Int64(Double(Self.minimumFiles) * factor))
        else { return nil }
        guard answers else {
            return
                "The disk with \(place.name) (\(place.path)) does not answer. See whether it is mounted and its server is there; Ferry tries again by itself."
        }
        return
            "The disk with \(place.name) (\(place.path)) has less than \(minimum >> 20) MB left (`min_free_mb`), or room for less than "
            + "\(Self.minimumFiles) files. Nothing begins before there is more; free some space, Ferry goes on by itself."
    }

    /// The same for a disk that is as good as full: what was done there last may have failed for that alone.
    package func fullness(of places: [Place]) async -> String? {
        guard let (place, answers) = await first(of: places, below: minimum / 8, files: Self.minimumFiles / 8), answers else { return nil }
        return "The disk with \(place.name) (\(place.path)) is full. Free some space; Ferry goes on by itself."
    }

    /// Files that must be possible to make on each disk before anything begins: a worktree and what its tools put beside it.
    private static let minimumFiles: Int64 = 8_000

    private func first(of places: [Place], below limit: Int64, files: Int64) async -> (Place, answers: Bool)? {
        // All at once; each by itself only where some disk does not answer, to name it.
        if let short = await short(places, as: FilePath(places.map(\.path.string).joined(separator: ":")), limit, files) {
            return short.first.map { ($0, true) }
        }
        for place in places {
            guard let short = await short([place], as: place.path, limit, files) else { return Task.isCancelled ? nil : (place, false) }
            if !short.isEmpty { return (place, true) }
        }
        return nil
    }

    /// Those that are short; `nil` where one of them does not answer.
    private func short(_ places: [Place], as name: FilePath, _ limit: Int64, _ files: Int64) async -> [Place]? {
        try? await UncertainDisk.ask(name, within: patience) {
            places.filter { place in
                let bytes = (try? FileContents.freeBytes(at: place.path)) ?? .max
                let inodes = (try? FileContents.freeInodes(at: place.path)) ?? .max
                return limit > 0 && (bytes < limit || inodes < files)
            }
        }
    }
}
