package import FerryVault

/// The dashboard as a note: Ferry's block in it, and what was there before Ferry kept to a block.
extension Dashboard {
    /// The note with this content in Ferry's block. What a person wrote outside stays byte for byte.
    package static func updated(_ bytes: [UInt8], _ content: BlockContent) throws(NoteRefusal) -> [UInt8] {
        try FerryBlock.setting(content, in: withoutOldPage(bytes), known: templateLines)
    }

    /// The note where there is none yet.
    package static func fresh(_ content: BlockContent) throws(NoteRefusal) -> [UInt8] {
        try updated(Array("# Dashboard\n\n\(introduction)\n".utf8), content)
    }

    /// As in the template, which a test compares.
    static let introduction =
        "What is at work, what waits for you, and what is wrong. Ferry keeps the part between the markers; anything outside them is yours."

    /// What the template says inside the markers until Ferry has looked.
    static let templateLines = [
        "Ferry has not looked at this vault yet. Start it with `ferry run`; `ferry doctor` says what is missing."
    ]

    /// Ferry's first versions wrote the whole note. What is theirs goes; a line that they cannot have written stays.
    private static func withoutOldPage(_ bytes: [UInt8]) -> [UInt8] {
        let head = "# Dashboard\n\nWritten by Ferry; what you write here is replaced.\n"
        guard bytes.starts(with: head.utf8) else { return bytes }
        let own = [
            "## Health", "## Faults in notes", "## Waits for you", "## Under way", "## Queue", "## Money", "All is well.", "None.", "Nothing.",
            "Empty.", "> [!warning] Stopped",
        ]
        let lines = String(decoding: bytes.dropFirst(head.utf8.count), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let kept = lines.filter { line in
            !own.contains(String(line)) && !line.hasPrefix("- ") && !line.hasPrefix("Today (UTC): ") && !line.hasPrefix("> `90_system/STOP.md`")
        }
        let text = kept.joined(separator: "\n").drop { $0.isNewline }.reversed().drop { $0.isNewline }.reversed()
        return Array(("# Dashboard\n\n\(introduction)\n" + (text.isEmpty ? "" : "\n\(String(text))\n")).utf8)
    }
}
