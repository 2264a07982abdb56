internal import FerrySystem
internal import Synchronization

/// What the agent has seen of each file, so that it changes nothing that it does not know. Shared by the file tools of one agent.
final class FileMemory: Sendable {
    private struct Known {
        var hash: ContentHash
        var failedEdits = 0
    }
    private struct State {
        var files: [GuestFiles.Place: Known] = [:]
        /// Those that something became known of since it was last asked what.
        var news: Set<GuestFiles.Place> = []
    }
    private let state = Mutex(State())

    /// What is known of one file, for the journal.
    struct Note: Hashable, Sendable {
        /// The file, as the model is told of it.
        var path: String
        var hash: ContentHash
        var failedEdits: Int
    }

    /// The file was read.
    func noteRead(_ place: GuestFiles.Place, _ content: [UInt8]) {
        let hash = ContentHash(of: content)
        state.withLock {
            $0.files[place, default: Known(hash: hash)].hash = hash
            $0.news.insert(place)
        }
    }

    /// The agent itself gave the file this content.
    func noteWritten(_ place: GuestFiles.Place, _ content: [UInt8]) {
        state.withLock {
            $0.files[place] = Known(hash: ContentHash(of: content))
            $0.news.insert(place)
        }
    }

    /// What became known since this was last asked.
    func takeNews() -> [Note] {
        state.withLock { state in
            defer { state.news = [] }
            return state.news.compactMap { place in
                state.files[place].map { Note(path: place.shown, hash: $0.hash, failedEdits: $0.failedEdits) }
            }.sorted { $0.path < $1.path }
        }
    }

    /// Takes in what was known before an interruption.
    func restore(_ note: Note, of place: GuestFiles.Place) {
        state.withLock { $0.files[place] = Known(hash: note.hash, failedEdits: note.failedEdits) }
    }

    /// Throws `ToolMistake` where the file was not read, or is no longer what was read.
    func check(_ place: GuestFiles.Place, is content: [UInt8]) throws(ToolMistake) {
        guard let known = state.withLock({ $0.files[place] }) else {
            throw ToolMistake("\(place.shown) has not been read yet. Use `read` first, then change it.")
        }
        guard known.hash == ContentHash(of: content) else {
            throw ToolMistake("\(place.shown) has changed since it was read (a command may have done it). Use `read` again, then change it.")
        }
    }

    /// Counts an edit that did not apply since the file was last written; returns how many there are.
    func noteFailedEdit(_ place: GuestFiles.Place) -> Int {
        state.withLock {
            $0.files[place]?.failedEdits += 1
            $0.news.insert(place)
            return $0.files[place]?.failedEdits ?? 0
        }
    }

    /// For a conversation that begins anew and has seen nothing.
    func forgetAll() { state.withLock { $0 = State() } }
}
