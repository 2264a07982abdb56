internal import FerryModel
internal import FerrySystem
internal import Foundation

/// What the environment of the process changes for tests. Said aloud, so that nobody runs so unawares.
enum Trial {
    /// Arms the points that `FERRY_FAILPOINTS` names. Throws `CommandError` where it cannot be read.
    static func armFailPoints(_ console: Console) throws {
        do {
            guard try FailPoints.arm(ProcessInfo.processInfo.environment) else { return }
        } catch {
            throw CommandError(.configuration, "FERRY_FAILPOINTS cannot be used: \(error).", remedy: "It is for tests of Ferry; unset it.")
        }
        console.warn("ferry: crash points are armed (FERRY_FAILPOINTS); this is for tests.")
    }

    /// The waits, as `FERRY_TIMING` has them. Throws `CommandError`.
    static func timing() throws -> Timing {
        guard let text = ProcessInfo.processInfo.environment["FERRY_TIMING"] else { return Timing() }
        guard let timing = Timing(milliseconds: text) else {
            throw CommandError(
                .configuration, "FERRY_TIMING cannot be read: \(text)",
                remedy: "It is for tests of Ferry, for example `settle=60 firstTouch=30`; unset it.")
        }
        return timing
    }
}
