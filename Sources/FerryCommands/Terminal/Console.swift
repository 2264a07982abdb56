internal import FerrySystem
internal import Glibc
internal import Logging
internal import Synchronization
internal import SystemPackage

/// Where the words of a command go: results to standard output, faults and news to standard error, and, on a terminal, live lines below both.
final class Console: Sendable {
    /// Standard output is a terminal that can move its cursor.
    let isTerminal: Bool
    let style: Style
    /// Standard output and error go to the journal: each line bears its priority.
    let isJournal: Bool
    private let live = Mutex(LiveLines())

    static let standard = Console()

    private init() {
        isTerminal = isatty(1) == 1 && Self.variable("TERM") != "dumb"
        isJournal = [.standardOutput, .standardError].allSatisfy { Machine.isJournal($0, stream: Self.variable("JOURNAL_STREAM")) }
        style = Style(isColoured: isTerminal && (Self.variable("NO_COLOR") ?? "").isEmpty)
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Whether a person can be asked: both ends are a terminal.
    var canAsk: Bool { isTerminal && isatty(0) == 1 }

    /// Text with a line end, on standard output.
    func print(_ text: String = "") { write(isJournal ? JournalText.make(text, JournalText.priority(.info)) : text + "\n", to: .standardOutput) }

    /// Text with a line end, on standard error. The level is told to a journal.
    func warn(_ text: String, _ level: Logger.Level = .error) {
        if isJournal { return write(JournalText.make(text, JournalText.priority(level)), to: .standardError) }
        write(text.hasSuffix("\n") ? text : text + "\n", to: .standardError)
    }

    /// Replaces the live lines, each cut to the terminal's width; none takes them away. Without a terminal nothing is shown.
    func show(_ lines: [String]) {
        guard isTerminal else { return }
        let size = Self.size
        // A line that wraps, or one above the screen, could not be rewritten.
        var fitting = lines.prefix(max(1, size.rows - 2)).map { TextWidth.cut($0, to: size.columns - 1) }
        if fitting.count < lines.count { fitting[fitting.count - 1] = "… and \(lines.count - fitting.count + 1) more" }
        live.withLock { live in Self.send(live.replacing(with: fitting), to: .standardOutput) }
    }

    /// Asks on the terminal and returns the answer's line; `nil` at the end of input.
    func ask(_ question: String) async -> String? {
        write(question + " ", to: .standardOutput)
        // A person may take an hour, and reading blocks.
        return await withCheckedContinuation { continuation in onOwnThread { continuation.resume(returning: readLine()) } }
    }

    private func write(_ text: String, to file: FileDescriptor) {
        live.withLock { live in
            // The live lines go, the text takes their place, and they come again below it.
            let (before, after) = live.around
            if before.isEmpty { return Self.send(text, to: file) }
            Self.send(before, to: .standardOutput)
            Self.send(text, to: file)
            Self.send(after, to: .standardOutput)
        }
    }

    /// A reader that has gone away is no fault of the command.
    private static func send(_ text: String, to file: FileDescriptor) { _ = try? file.writeAll(text.utf8) }

    private static var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
