internal import Glibc
internal import Synchronization

/// How long ago files were changed, by their dates, though somebody sets the clock meanwhile: a date is compared with the clock as it went when the file can
/// have been changed. What happened to the clock before this began is not known.
package final class FileAges: Sendable {
    /// A time in which the clock was not set.
    private struct Stretch {
        /// The time of day less the time since the boot.
        var offset: Duration
        /// It began after this moment, since the boot.
        let after: Duration
        /// It ended by then; `nil`: it goes on.
        var by: Duration?
    }
    private struct State {
        var stretches: [Stretch]
        /// When the clock was looked at last, since the boot.
        var looked: Duration
    }
    private let state: Mutex<State>
    private let wall: @Sendable () -> Duration
    private let boot: @Sendable () -> Duration
    /// What a clock is put right by without a jump (adjtime) is less.
    private static let tolerance = Duration.seconds(2)
    private static let mostStretches = 64

    /// - Parameters: clocks of a test: since 1970, and since the boot.
    package init(wall: @escaping @Sendable () -> Duration = FileAges.timeOfDay, boot: @escaping @Sendable () -> Duration = { BootClock.now }) {
        (self.wall, self.boot) = (wall, boot)
        let ever = Stretch(offset: wall() - boot(), after: .seconds(-(1 << 40)), by: nil)
        state = Mutex(State(stretches: [ever], looked: boot()))
    }

    /// Since a file was changed; never negative. Where it can have been changed at several times, the newest.
    /// - Parameter changed: nanoseconds since 1970, as `FileStatus` has them.
    package func age(ofChange changed: Int64) -> Duration {
        let changed = Duration.nanoseconds(changed)
        let (now, offset) = (boot(), wall() - boot())
        return state.withLock { state in
            let last = state.stretches.count - 1
            let known = state.stretches[last].offset
            if offset < known - Self.tolerance || offset > known + Self.tolerance {
                state.stretches[last].by = now
                state.stretches.append(Stretch(offset: offset, after: state.looked, by: nil))
                if state.stretches.count > Self.mostStretches { state.stretches.remove(at: 1) }
            } else {
                state.stretches[last].offset = offset
            }
            state.looked = now
            let moments = state.stretches.compactMap { stretch -> Duration? in
                let moment = changed - stretch.offset
                return moment > stretch.after && moment <= stretch.by ?? now ? moment : nil
            }
            return max(.zero, now - (moments.max() ?? changed - offset))
        }
    }

    /// Since 1970.
    package static func timeOfDay() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
