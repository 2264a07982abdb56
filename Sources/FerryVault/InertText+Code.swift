/// Code: nothing in it can be escaped, so what a program would act on that reads more than Markdown gets a blank into it, where one can see it.
extension InertText {
    /// Without Templater commands, comments, calls of Obsidian, and what Dataview takes for a field.
    static func broken(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 64)
        for (index, byte) in bytes.enumerated() {
            if let last = result.last, breaks(last, bytes, index) { result.append(.space) }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether a blank goes between the byte before, as it was written, and the one at `index`.
    private static func breaks(_ last: UInt8, _ bytes: [UInt8], _ index: Int) -> Bool {
        switch (last, bytes[index]) {
        case (UInt8(ascii: "<"), UInt8(ascii: "%")), (UInt8(ascii: "%"), UInt8(ascii: ">")), (UInt8(ascii: "%"), UInt8(ascii: "%")): true
        case (UInt8(ascii: "<"), UInt8(ascii: "!")): bytes[(index + 1)...].starts(with: "--".utf8)
        case (UInt8(ascii: ":"), UInt8(ascii: ":")): isField(bytes, index)
        case (UInt8(ascii: ":"), UInt8(ascii: "/")): word(in: bytes, endingAt: index - 1).hasSuffix("obsidian")
        default: false
        }
    }

    /// `key:: value`, with the blank that a path such as `std::vector` never has there, and Ferry's and Obsidian's own keys without it. Of three colons and
    /// more none stay together: a blank between two of them would be the one behind a key.
    private static func isField(_ bytes: [UInt8], _ second: Int) -> Bool {
        let colon = UInt8(ascii: ":")
        let next = second + 1 < bytes.count ? bytes[second + 1] : .lineFeed
        if next == colon || (second > 1 && bytes[second - 2] == colon) { return true }
        if next.isBlank || next == .lineFeed { return true }
        return ["id", "status", "branch", "pr", "cost_usd", "tags", "aliases"].contains { word(in: bytes, endingAt: second - 1).hasSuffix($0) }
    }

    /// The letters, digits and `_` before an index, in lower case.
    private static func word(in bytes: [UInt8], endingAt end: Int) -> String {
        let head = bytes[max(0, end - 40)..<end]
        let start = head.lastIndex { !($0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_")) }.map { $0 + 1 } ?? head.startIndex
        return head[start...].text.lowercased()
    }

    /// Whether a code span with this text is nothing but code for the plugins that look at spans: Dataview (`= …`, `$= …`), Meta Bind
    /// (`INPUT[…]`), Buttons (`button-…`), Dice Roller (`dice-mod: …`) and their like. A pipe would end a table's cell.
    static func isPlainCode(_ line: String) -> Bool {
        // A heading, such as `## Feedback`, is no tag.
        let isHeading = line.utf8.drop { $0 == UInt8(ascii: "#") }.first == .space
        guard let first = line.utf8.first,
            first > 0x7F || first.isASCIILetter || first.isASCIIDigit || "./_~-@".utf8.contains(first) || isHeading && first != .space
        else {
            return false
        }
        guard !line.contains("|"), !line.contains("::"), !line.lowercased().hasPrefix("button-") else { return false }
        let rest = line.utf8.drop { $0.isASCIILetter || $0.isASCIIDigit || "_+-".utf8.contains($0) }
        switch rest.first {
        case UInt8(ascii: "["), UInt8(ascii: "("): return false
        case UInt8(ascii: ":"): return rest.dropFirst().first.map(\.isASCIIDigit) ?? false
        default: return true
        }
    }

    /// What may stand behind a fence inside a block. The block's own fence is longer, so no parser sees these; a program that looks for lines
    /// alone finds nothing to run either.
    private static let plainLanguages: Set<String> = [
        "", "bash", "c", "cpp", "csharp", "css", "diff", "go", "html", "ini", "java", "javascript", "js", "json", "jsonc", "kotlin", "lua", "make",
        "makefile", "markdown", "md", "objc", "perl", "php", "plaintext", "python", "py", "rb", "rs", "ruby", "rust", "sh", "shell", "sql", "swift",
        "text", "toml", "ts", "tsx", "txt", "typescript", "xml", "yaml", "yml", "zig", "zsh",
    ]

    /// Fences in the text whose language could be a plugin's get `text` before it.
    static func withoutForeignFences(_ text: String) -> String {
        guard text.contains("```") || text.contains("~~~") else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let body = line.utf8.drop { $0.isBlank || ">*+-".utf8.contains($0) }
            guard let mark = body.first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return String(line) }
            let info = body.drop { $0 == mark }
            guard body.count - info.count > 2 else { return String(line) }
            let word = String(decoding: info.drop(while: \.isBlank).prefix { !$0.isBlank && $0 != mark }, as: UTF8.self)
            if plainLanguages.contains(word.lowercased()) { return String(line) }
            return String(decoding: line.utf8.dropLast(info.count), as: UTF8.self) + "text " + String(decoding: info, as: UTF8.self)
        }.joined(separator: "\n")
    }
}
