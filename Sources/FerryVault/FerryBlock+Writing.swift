extension FerryBlock {
    /// Returns the note with this content in Ferry's block: in its place, or at the end of a note that has none.
    ///
    /// Answers to questions that are asked still are carried over. What else a person wrote inside moves to just below the block.
    /// `known` are lines that Ferry is known to have written though no sum names them (the template's dashboard).
    package static func setting(_ content: BlockContent, in bytes: [UInt8], known: [String] = []) throws(NoteRefusal) -> [UInt8] {
        let note = NoteBytes(bytes)
        let body = MarkdownBody(note)
        if body.isTooLarge {
            throw NoteRefusal(nil, "the note is larger than \(MarkdownBody.limit >> 20) MiB", remedy: "move its material into another note")
        }
        let ending = ByteLines.ending(of: bytes)
        guard let block = try FerryBlock(of: note, body, known: known) else { return try append(content, note, body, ending) }
        let answers = block.answers.mapValues { $0.split(separator: "\n").map(String.init) }
        let asked = Set(content.questions.map(\.number))
        var kept = block.kept
        // An answer whose question is no longer asked was the person's text, unless it is quoted in the log by the caller.
        for (number, answer) in answers.sorted(by: { $0.key < $1.key }) where !asked.contains(number) && !content.takenAnswers.contains(number) {
            kept += ["A\(number): \(answer.joined(separator: " "))"]
        }
        let isLast = block.region.upperBound == bytes.count
        let hadEnding = bytes[..<block.region.upperBound].last == .lineFeed
        var written = render(content, answers: answers, ending)
        if !kept.isEmpty { written += ending + Array(kept.joined(separator: ending.text).utf8) + ending }
        if isLast, !hadEnding { written.removeLast(ending.count) }
        let result = Array(bytes[..<block.region.lowerBound]) + written + bytes[block.region.upperBound...]
        try verify(result)
        return result
    }

    /// The note without Ferry's block and without the blank lines before it.
    package static func removing(from bytes: [UInt8]) throws(NoteRefusal) -> [UInt8] {
        let note = NoteBytes(bytes)
        guard let block = try FerryBlock(of: note, MarkdownBody(note)) else { return bytes }
        var end = block.region.lowerBound
        // The line end of the last text stays; that of each blank line goes.
        while end > note.bodyStart, bytes[note.bodyStart..<(end - 1)].last.map({ $0 == .lineFeed || $0 == .carriageReturn }) ?? true,
            bytes[end - 1] == .lineFeed || bytes[end - 1] == .carriageReturn
        { end -= 1 }
        return Array(bytes[..<end]) + bytes[block.region.upperBound...]
    }

    private static func append(
        _ content: BlockContent, _ note: NoteBytes, _ body: MarkdownBody, _ ending: [UInt8]
    ) throws(NoteRefusal) -> [UInt8] {
        var result = note.bytes
        if !result.isEmpty, result.last != .lineFeed { result += ending }
        if !note.body.trimmed.isEmpty, !result.hasSuffix(ending + ending) { result += ending }
        result += render(content, answers: [:], ending)
        do { try verify(result) } catch {
            guard let open = body.codeBlocks.last, open.isUnclosed else { throw error }
            throw NoteRefusal(
                open.line, "a code block is opened here and never closed", remedy: "close it, so that what Ferry writes below is not part of it")
        }
        return result
    }

    private static func render(_ content: BlockContent, answers: [Int: [String]], _ ending: [UInt8]) -> [UInt8] {
        let own = content.lines(answers: answers)
        let sum = sumLine(content.lines())
        return Array(([begin] + own + [sum, end]).joined(separator: ending.text).utf8) + ending
    }

    /// The block is found again in what was written, and nothing in it is taken for a person's.
    private static func verify(_ result: [UInt8]) throws(NoteRefusal) {
        let note = NoteBytes(result)
        guard let block = try FerryBlock(of: note, MarkdownBody(note)), block.kept.isEmpty else {
            throw NoteRefusal(nil, "Ferry's block could not be written so that it can be read again", remedy: "simplify the text around it")
        }
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}
