internal import FerryPipeline
internal import FerrySystem
internal import SystemPackage

/// What a Ferry that was killed left outside the vault and the repositories. To be tidied under the vault's lock, before anything begins.
struct UncleanStart: Sendable {
    let folders: StateFolders
    let patience: Duration

    /// Ends what still runs, and removes temporaries of writes that were cut off. Returns what a person may want to know, a sentence each.
    func tidy() async -> [String] {
        await withCheckedContinuation { continuation in onOwnThread { continuation.resume(returning: tidyNow()) } }
    }

    private func tidyNow() -> [String] {
        var lines: [String] = []
        if let last = HealthFile.read(folders), last.ended == nil {
            lines.append("the service before (process \(last.pid)) ended without stopping; it was last seen at work at \(last.lastProgress)")
        }
        // They may still hold locks, or change what this service reads.
        let orphans = OrphanedProcess.all()
        let left = Set(OrphanedProcess.end(orphans, patience: patience))
        for orphan in orphans {
            let what = "process \(orphan.number) (\(orphan.program)) of a Ferry that is gone"
            lines.append(left.contains(orphan) ? "\(what) does not end: the kernel holds it" : "\(what) was ended")
        }
        do { try folders.removeLeftovers() } catch { lines.append("leftovers in \(folders.state) cannot be removed: \(error)") }
        return lines
    }
}
