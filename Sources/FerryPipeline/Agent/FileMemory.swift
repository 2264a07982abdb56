internal import FerrySystem
internal import Synchronization

/// What the agent has seen of each file, so that it changes nothing that it does not know. Shared by the file tools of one agent.
final class FileMemory: Sendable {
    private struct Known {
        var hash: ContentHash
        var failedEdits = 0
    }
    private let files = Mutex<[GuestFiles.Place: Known]>([:])

    /// The file was read.
    func noteRead(_ place: GuestFiles.Place, _ content: [UInt8]) {
        let hash = ContentHash(of: content)
        files.withLock { $0[place, default: Known(hash: hash)].hash = hash }
    }

    /// The agent itself gave the file this content.
    func noteWritten(_ place: GuestFiles.Place, _ content: [UInt8]) {
        files.withLock { $0[place] = Known(hash: ContentHash(of: content)) }
    }

    /// Throws `ToolMistake` where the file was not read, or is no longer what was read.
    func check(_ place: GuestFiles.Place, is content: [UInt8]) throws(ToolMistake) {
        guard let known = files.withLock({ $0[place] }) else {
            throw ToolMistake("\(place.shown) has not been read yet. Use `read` first, then change it.")
        }
        guard known.hash == ContentHash(of: content) else {
            throw ToolMistake("\(place.shown) has changed since it was read (a command may have done it). Use `read` again, then change it.")
        }
    }

    /// Counts an edit that did not apply since the file was last written; returns how many there are.
    func noteFailedEdit(_ place: GuestFiles.Place) -> Int {
        files.withLock {
            $0[place]?.failedEdits += 1
            return $0[place]?.failedEdits ?? 0
        }
    }

    /// For a conversation that begins anew and has seen nothing.
    func forgetAll() { files.withLock { $0 = [:] } }
}
