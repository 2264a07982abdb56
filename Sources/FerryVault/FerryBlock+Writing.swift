extension FerryBlock {
    /// Returns the note with this content in Ferry's block: in its place, or at the end of a note that has none.
    ///
    /// Answers to questions that are asked still are carried over. What else a person wrote inside moves to just below the block.
    /// `known` are lines that Ferry is known to have written though no sum names them (the template's dashboard).
    package static func setting(_ content: BlockContent, in bytes: [UInt8], known: [String] = []) throws(NoteRefusal) -> [UInt8] {
        let note = NoteBytes(bytes)
        try check(note)
        let body = MarkdownBody(note)
        if body.isTooLarge {
            throw NoteRefusal(nil, "the note is larger than \(MarkdownBody.limit >> 20) MiB", remedy: "move its material into another note")
        }
        let ending = ByteLines.ending(of: bytes)
        let block = try FerryBlock(of: note, body, known: known)
        let result = block.map { replace($0, content, bytes, body, ending) } ?? append(content, note, ending)
        if result != bytes { try verify(result) }
        return result
    }

    /// The note without Ferry's block and without the blank lines before it. What a person wrote inside stays in its place, answers too if wanted.
    package static func removing(from bytes: [UInt8], withAnswers: Bool = true) throws(NoteRefusal) -> [UInt8] {
        let note = NoteBytes(bytes)
        guard let block = try FerryBlock(of: note, MarkdownBody(note)) else { return bytes }
        try check(note)
        var end = block.region.lowerBound
        // The line end of the last text stays; blank lines go.
        while end > note.bodyStart {
            let start = bytes[note.bodyStart..<(end - 1)].lastIndex(of: .lineFeed).map { $0 + 1 } ?? note.bodyStart
            guard bytes[start..<end].allSatisfy({ $0 == .lineFeed || $0 == .carriageReturn }) else { break }
            end = start
        }
        let ending = ByteLines.ending(of: bytes)
        let kept = lines(block.kept + block.lines(ofAnswers: { _ in withAnswers }), ending)
        return Array(bytes[..<end]) + kept + bytes[block.region.upperBound...]
    }

    private static func replace(_ block: FerryBlock, _ content: BlockContent, _ bytes: [UInt8], _ body: MarkdownBody, _ ending: [UInt8]) -> [UInt8] {
        let answers = block.answers.mapValues { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
        let asked = Set(content.questions.map(\.number))
        // An answer whose question is no longer asked was the person's text, unless it is quoted in the log by the caller.
        let kept = block.kept + block.lines(ofAnswers: { !asked.contains($0) && !content.takenAnswers.contains($0) })
        // What a tool has only tidied is not written again: it would tidy it again.
        if kept.isEmpty, block.says(content.lines(answers: answers), in: body) { return bytes }
        let isLast = block.region.upperBound == bytes.count
        let hadEnding = bytes[..<block.region.upperBound].last == .lineFeed
        var written = render(content, answers: answers, ending) + lines(kept, ending)
        if isLast, !hadEnding { written.removeLast(ending.count) }
        return Array(bytes[..<block.region.lowerBound]) + written + bytes[block.region.upperBound...]
    }

    private static func append(_ content: BlockContent, _ note: NoteBytes, _ ending: [UInt8]) -> [UInt8] {
        appending(render(content, answers: [:], ending), to: note.bytes, ending)
    }

    /// The note, without block, with a block's bytes at its end.
    static func appending(_ block: [UInt8], to bytes: [UInt8], _ ending: [UInt8]) -> [UInt8] {
        var result = bytes
        if !result.isEmpty, result.last != .lineFeed { result += ending }
        // A blank line between: a block id (` ^abc`), a table, a list or a callout ends there.
        if !NoteBytes(bytes).body.trimmed.isEmpty, !result.hasSuffix(ending + ending) { result += ending }
        return result + block
    }

    /// Answers as lines of their own.
    private func lines(ofAnswers isWanted: (Int) -> Bool) -> [String] {
        answers.sorted { $0.key < $1.key }.filter { isWanted($0.key) }.map { "A\($0.key): \($0.value.split(separator: "\n").joined(separator: " "))" }
    }

    /// Lines of a person's with a blank line before them; nothing for none.
    private static func lines(_ texts: [String], _ ending: [UInt8]) -> [UInt8] {
        texts.isEmpty ? [] : ending + Array(texts.joined(separator: ending.text).utf8) + ending
    }

    private static func render(_ content: BlockContent, answers: [Int: [String]], _ ending: [UInt8]) -> [UInt8] {
        let own = content.lines(answers: answers)
        let sum = sumLine(content.lines())
        return Array(([begin] + own + [sum, end]).joined(separator: ending.text).utf8) + ending
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}
