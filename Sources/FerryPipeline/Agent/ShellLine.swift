/// Reads a shell command just far enough to see whether it means to leave a process behind. No more than a courtesy to the model:
/// whatever it starts ends with the command anyway.
struct ShellLine {
    /// Why the command asks for a background process, or `nil`.
    static func backgroundProcess(in command: String) -> String? {
        let line = ShellLine(command)
        if line.endsInBackground { return "it ends with `&`" }
        return line.commandWords.first { ["nohup", "setsid", "disown"].contains($0) }.map { "it uses `\($0)`" }
    }

    /// Words where a command begins: at the start and after `;`, `&`, `|`, `(`, `{` and a newline.
    private var commandWords: [String] = []
    private var endsInBackground = false

    private init(_ command: String) {
        var word: [UInt8] = []
        var beginsCommand = true
        var quote: UInt8?
        var last: UInt8 = 0
        var beforeLast: UInt8 = 0
        var isEscaped = false
        var isComment = false
        for byte in Array(command.utf8) + [UInt8(ascii: "\n")] {
            if isComment, byte != UInt8(ascii: "\n") { continue }
            isComment = false
            if isEscaped {
                isEscaped = false
                word.append(byte)
                (beforeLast, last) = (last, UInt8(ascii: "x"))
                continue
            }
            if let open = quote {
                if byte == open { quote = nil } else if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") { isEscaped = true }
                word.append(UInt8(ascii: "\""))
                (beforeLast, last) = (last, UInt8(ascii: "x"))
                continue
            }
            switch byte {
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                quote = byte
                word.append(byte)
            case UInt8(ascii: "#") where word.isEmpty: isComment = true
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: "{"):
                if !word.isEmpty, beginsCommand {
                    commandWords.append(String(decoding: word, as: UTF8.self))
                    beginsCommand = false
                }
                word = []
                if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { beginsCommand = true }
            default: word.append(byte)
            }
            if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t"), byte != UInt8(ascii: "\n") { (beforeLast, last) = (last, byte) }
        }
        endsInBackground = last == UInt8(ascii: "&") && beforeLast != UInt8(ascii: "&")
    }
}
