internal import Foundation
package import FerrySystem
internal import FerryVault
package import SystemPackage

/// Whether anything has to be read again: parsing two dozen notes at every look would cost more than the look.
extension ConfigurationLoader {
    /// The status of every note that `load` reads. While it stays the same, so does what `load` gives, as far as notes decide it.
    /// `nil`: a note was changed just now, and its next change might leave its status as it is (see `FileStatus`); read again.
    package func statuses() -> [FilePath: FileStatus]? {
        let paths = [layout.settings, layout.prices] + [layout.agents, layout.rules, layout.repositories].flatMap(notes)
        let now = Int64(Date.now.timeIntervalSince1970 * 1_000_000_000)
        var statuses: [FilePath: FileStatus] = [:]
        for path in paths {
            guard let status = (try? FileStatus.ifPresent(root.pushing(path))) ?? nil else { continue }
            if now - status.changed < Self.clockTick { return nil }
            statuses[path] = status
        }
        return statuses
    }

    /// Longer than a tick of any kernel's file times (10 ms at HZ=100), in nanoseconds.
    private static let clockTick: Int64 = 50_000_000
}
