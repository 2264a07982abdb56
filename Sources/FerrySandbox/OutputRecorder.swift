internal import FerrySystem
internal import SystemPackage

/// Keeps what matters of an output of any length: its first and last bytes, its length and digest, and a log up to a cap.
struct OutputRecorder: Sendable {
    private(set) var head: [UInt8] = []
    private(set) var bytes = 0
    private(set) var logged = 0
    private var recent: [UInt8] = []
    private var digest = ContentHash.Stream()
    private var log: FileDescriptor?
    private let keep: Int
    private let logLimit: Int

    /// - Parameter keep: the most bytes of head and of tail, each.
    init(log: FilePath?, keep: Int, logLimit: Int) throws {
        self.keep = keep
        self.logLimit = logLimit
        guard let log else { return }
        do {
            self.log = try FileDescriptor.open(
                log, .writeOnly, options: [.create, .truncate, .noFollow, .closeOnExec], permissions: [.ownerReadWrite])
        } catch {
            throw SandboxError(.policy, "The log \(log) cannot be written: \(error).", remedy: "Make room, or mend the permissions of its folder.")
        }
    }

    mutating func append(_ piece: [UInt8]) {
        bytes += piece.count
        digest.update(piece)
        let first = min(piece.count, keep - head.count)
        head += piece[..<first]
        recent += piece[first...]
        if recent.count > 2 * keep { recent.removeFirst(recent.count - keep) }
        write(piece)
    }

    private mutating func write(_ piece: [UInt8]) {
        guard let log, logged < logLimit else { return }
        let part = piece.prefix(logLimit - logged)
        // A full disk ends the log, not the command: `loggedBytes` tells.
        do { logged += try log.writeAll(part) } catch { closeLog() }
    }

    var tail: [UInt8] { Array(recent.suffix(keep)) }

    mutating func finishDigest() -> ContentHash { digest.finish() }

    mutating func closeLog() {
        try? log?.close()
        log = nil
    }
}
