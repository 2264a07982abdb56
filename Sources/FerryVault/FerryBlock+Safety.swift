/// What must hold before Ferry's block is written, and after.
extension FerryBlock {
    /// Refuses a note that is not plain UTF-8 text, or whose front matter Ferry does not write below.
    static func check(_ note: NoteBytes) throws(NoteRefusal) {
        // A note of nothing is a new dashboard, or a note that only Ferry writes.
        if !note.bytes.isEmpty, note.oddity != .tooLarge { try FrontMatterSplice.check(note) }
        let body = Array(note.body)
        do { _ = try UTF8Span(validating: body.span) } catch {
            let line = note.bodyLine + body[..<error.byteOffsets.lowerBound].count { $0 == .lineFeed }
            throw NoteRefusal(line, "the note is not UTF-8 here", remedy: "save the note as UTF-8")
        }
    }

    /// The block is found again in what was written, nothing in it is taken for a person's, and every program shows it: it stands in no code,
    /// raw HTML, comment or math that the text above leaves open. Such a thing is not closed for the person: it is theirs.
    static func verify(_ result: [UInt8]) throws(NoteRefusal) {
        let note = NoteBytes(result)
        let body = MarkdownBody(note)
        let found = try FerryBlock(of: note, body)
        guard let block = found, block.kept.isEmpty else {
            if let open = body.codeBlocks.last(where: { $0.isUnclosed }) { throw refusal(open.line, "a code block") }
            throw NoteRefusal(nil, "Ferry's block could not be written so that it can be read again", remedy: "simplify the text around it")
        }
        let marker = block.lines.lowerBound - 1
        if let mark = body.openMark(before: marker) { throw refusal(mark.line, mark.isComment ? "a comment (`%%`)" : "a block of math (`$$`)") }
        guard !body.html.contains(where: { $0.lowerBound == marker }) else { return }
        guard let open = body.html.last(where: { $0.lowerBound < marker }) else {
            throw NoteRefusal(marker, "Ferry's block could not be written so that it is shown", remedy: "simplify the text above it")
        }
        throw refusal(open.lowerBound, "an HTML comment or element")
    }

    /// Whether a block can be appended for certain, told without Markdown, which takes the most time of linting a vault: the text is UTF-8, has no block,
    /// and nothing in it can be left open. `false` says nothing.
    static func isSurelyPossible(in bytes: [UInt8]) -> Bool {
        let note = NoteBytes(bytes)
        guard note.oddity == nil, !note.body.isEmpty, note.body.count <= MarkdownBody.limit, (try? check(note)) != nil else { return false }
        var before: UInt8 = 0
        for byte in note.body {
            switch byte {
            case UInt8(ascii: "<"): return false
            case UInt8(ascii: "`"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: "$"): if before == byte { return false }
            default: break
            }
            before = byte
        }
        return true
    }

    private static func refusal(_ line: Int, _ what: String) -> NoteRefusal {
        NoteRefusal(line, "\(what) is opened here and never closed", remedy: "close it, so that what Ferry writes below is not part of it")
    }
}
