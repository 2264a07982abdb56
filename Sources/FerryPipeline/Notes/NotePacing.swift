internal import FerryModel
internal import FerrySystem

/// When a feature's note is written: never sooner than some seconds after a touch that was not Ferry's, and what is no change of state seldom,
/// and not while an editor shows that it has the note open.
struct NotePacing {
    /// After a person's last touch, of content or place.
    let firstTouch: Duration
    /// Between two writes of what is no change of state.
    let interval: Duration
    private var notes: [FeatureID: Left] = [:]

    /// How Ferry left a note.
    private struct Left {
        var time: Duration
        var status: FileStatus
    }

    init(firstTouch: Duration, interval: Duration) {
        self.firstTouch = firstTouch
        self.interval = interval
    }

    /// When it may be written, `now` at the earliest.
    /// - Parameters:
    ///   - status: of the note as it lies there.
    ///   - clock: the time of day that file times are in, in nanoseconds.
    func due(_ id: FeatureID, _ status: FileStatus, clock: Int64, isCosmetic: Bool, isOpen: Bool, now: Duration) -> Duration {
        let left = notes[id]
        var due = now
        // The inode's own time is this machine's and counts moves; what a tool gives a file as its time does not.
        let age = Duration.nanoseconds(clock - status.changed)
        let isRecent = age < firstTouch && age + Self.clockJump > Duration.zero
        if isRecent, left?.status != status { due = now + firstTouch - max(.zero, age) }
        guard isCosmetic else { return due }
        if let left { due = max(due, left.time + interval) }
        return isOpen ? max(due, now + interval) : due
    }

    /// A file time further ahead is none to wait for: the clock was set back.
    private static let clockJump: Duration = .seconds(1)

    /// Ferry wrote it, or moved it, or found it as wanted (`isWritten` false).
    mutating func leave(_ id: FeatureID, _ status: FileStatus, isWritten: Bool, now: Duration) {
        notes[id] = Left(time: isWritten ? now : notes[id]?.time ?? now - interval, status: status)
    }
}
