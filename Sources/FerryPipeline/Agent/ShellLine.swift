/// Reads a shell command just far enough to see whether it means to leave a process behind. No more than a courtesy to the model:
/// whatever it starts ends with the command anyway.
struct ShellLine {
    private enum Mode { case plain, comment, single, double }

    private var mode = Mode.plain
    private var isEscaped = false
    private var word: [UInt8] = []
    /// Words where a command begins: at the start and after `;`, `&`, `|`, `(`, `{` and a newline.
    private var commandWords: [String] = []
    private var beginsCommand = true
    /// The last two bytes that are neither blank nor comment, nor the end of a group; `x` for what is quoted.
    private var last = (UInt8(0), UInt8(0))

    /// Why the command asks for a background process, or `nil`.
    static func backgroundProcess(in command: String) -> String? {
        var line = ShellLine()
        for byte in command.utf8 { line.read(byte) }
        line.endWord()
        if line.last.1 == UInt8(ascii: "&"), line.last.0 != UInt8(ascii: "&") { return "it ends with `&`" }
        return line.commandWords.first { ["nohup", "setsid", "disown"].contains($0) }.map { "it uses `\($0)`" }
    }

    private mutating func read(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
            return readQuoted(byte)
        }
        switch (mode, byte) {
        case (.plain, _): readPlain(byte)
        case (.comment, UInt8(ascii: "\n")):
            mode = .plain
            readPlain(byte)
        case (.single, UInt8(ascii: "'")), (.double, UInt8(ascii: "\"")): mode = .plain
        case (.double, UInt8(ascii: "\\")): isEscaped = true
        case (.comment, _): break
        case (.single, _), (.double, _): readQuoted(byte)
        }
    }

    private mutating func readQuoted(_ byte: UInt8) {
        word.append(byte)
        last = (last.1, UInt8(ascii: "x"))
    }

    private mutating func readPlain(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "#") where word.isEmpty: return mode = .comment
        case UInt8(ascii: "\\"): return isEscaped = true
        case UInt8(ascii: "'"): return mode = .single
        case UInt8(ascii: "\""): return mode = .double
        case UInt8(ascii: " "), UInt8(ascii: "\t"): return endWord()
        case UInt8(ascii: "\n"):
            endWord()
            return beginsCommand = true
        case UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: "{"):
            endWord()
            beginsCommand = true
        case UInt8(ascii: ")"), UInt8(ascii: "}"):
            // `(server &)` leaves one behind as `server &` does.
            return word.append(byte)
        default: word.append(byte)
        }
        last = (last.1, byte)
    }

    private mutating func endWord() {
        guard !word.isEmpty else { return }
        if beginsCommand { commandWords.append(String(decoding: word, as: UTF8.self)) }
        beginsCommand = false
        word = []
    }
}
