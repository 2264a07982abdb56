internal import Glibc
internal import Synchronization

/// How long ago files were changed, by their dates, though somebody sets the clock meanwhile: a date of before the newest jump is compared with the clock
/// as it was before.
package final class FileAges: Sendable {
    private struct State {
        /// The time of day less the time since the boot.
        var offset: Duration
        /// When it was looked at last, since the boot.
        var looked: Duration
        /// It jumped between these moments, since the boot, and was this before.
        var jump: (after: Duration, by: Duration, before: Duration)?
    }
    private let state: Mutex<State>
    private let wall: @Sendable () -> Duration
    private let boot: @Sendable () -> Duration
    /// What a clock is put right by without a jump (adjtime) is less.
    private static let tolerance = Duration.seconds(2)

    /// - Parameters: clocks of a test: since 1970, and since the boot.
    package init(wall: @escaping @Sendable () -> Duration = FileAges.timeOfDay, boot: @escaping @Sendable () -> Duration = { BootClock.now }) {
        (self.wall, self.boot) = (wall, boot)
        state = Mutex(State(offset: wall() - boot(), looked: boot()))
    }

    /// Since a file was changed; never negative.
    /// - Parameter changed: nanoseconds since 1970, as `FileStatus` has them.
    package func age(ofChange changed: Int64) -> Duration {
        let changed = Duration.nanoseconds(changed)
        let (now, offset) = (boot(), wall() - boot())
        return state.withLock { state in
            if offset < state.offset - Self.tolerance || offset > state.offset + Self.tolerance {
                state.jump = (state.looked, now, state.offset)
                state.offset = offset
            }
            state.looked = now
            // Where it may have been changed since the jump, it was: too young is the safer error.
            if let jump = state.jump, changed - offset <= jump.after || changed - offset > now, changed - jump.before <= jump.by {
                return max(.zero, now - (changed - jump.before))
            }
            return max(.zero, now - (changed - offset))
        }
    }

    /// Since 1970.
    package static func timeOfDay() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
