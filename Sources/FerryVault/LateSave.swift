/// What a stale buffer brings when it is saved where Ferry had moved the note away from, put into the note at its present place.
///
/// Only what is the person's is merged: that such a save lacks Ferry's newer keys and block is no wish to have them away.
package struct LateSave: Hashable, Sendable {
    /// The present note with what was saved, without Ferry's keys. Its block stands as it was, with the answers and ticks that the save brought.
    package let bytes: [UInt8]
    /// The present note has no block of Ferry's.
    package let lacksBlock: Bool
    /// Ids of boxes that were ticked in the save and are not (so) in the present block: what they stood for is over.
    package let staleTicks: [String]

    /// Merges the texts outside the block by whole lines, and puts answers and ticks to the question and the box that they were meant for.
    ///
    /// `base` is the note as it was when Ferry moved it away, `keys` are Ferry's. `nil` where both sides changed the same place differently, or where
    /// a question that the save answers is asked no more, or where it is another text than the base: a new note by an old name. Throws where a note cannot be taken apart safely.
    package static func merge(base: [UInt8], present: [UInt8], saved: [UInt8], keys: Set<String>) throws(NoteRefusal) -> LateSave? {
        func own(_ bytes: [UInt8]) throws(NoteRefusal) -> [UInt8] {
            try FrontMatterSplice.removing(keys, from: try FerryBlock.removing(from: bytes, withAnswers: false))
        }
        let (before, brings) = (try own(base), try own(saved))
        guard !isAnother(brings, than: before), let text = ThreeWayMerge.merge(base: before, mine: try own(present), theirs: brings) else {
            return nil
        }
        let brought = BlockEdits(from: try BlockText(of: base), to: try BlockText(of: saved))
        guard let block = try BlockText(of: present) else {
            return brought.answers.isEmpty ? LateSave(bytes: text, lacksBlock: true, staleTicks: brought.ticks.map(\.id)) : nil
        }
        guard let edited = block.lines(with: brought) else { return nil }
        let ending = ByteLines.ending(of: present)
        let lines = [FerryBlock.begin] + edited + [FerryBlock.end]
        return LateSave(
            bytes: FerryBlock.appending(Array(lines.joined(separator: ending.text).utf8) + ending, to: text, ending), lacksBlock: false,
            staleTicks: brought.ticks.filter { block.place(of: $0) == nil }.map(\.id))
    }

    /// Whether fewer than half of the lines that say something are there still: a buffer that was open holds what was written before.
    private static func isAnother(_ text: [UInt8], than before: [UInt8]) -> Bool {
        func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] { bytes.split(separator: UInt8(ascii: "\n")).map(\.trimmed).filter { !$0.isEmpty } }
        let (old, new) = (lines(before), Set(lines(text)))
        return old.count { new.contains($0) } * 2 < old.count
    }
}

/// What a person did within Ferry's block.
private struct BlockEdits {
    /// By question number: the question's line as it stood there, and the answer's lines.
    var answers: [Int: (question: String?, lines: [String])] = [:]
    var ticks: [BlockBox] = []

    /// The difference of two versions of a block; a version without block says nothing.
    init(from before: BlockText?, to after: BlockText?) {
        guard let after else { return }
        for (number, answer) in after.block.answers where before?.block.answers[number] != answer {
            answers[number] = (after.question(number), answer.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        }
        let ticked = Set((before?.block.boxes ?? []).filter(\.isTicked).map(\.meaning))
        ticks = after.block.boxes.filter { $0.isTicked && !ticked.contains($0.meaning) }
    }
}

/// A block with the lines between its markers.
private struct BlockText {
    let block: FerryBlock
    let texts: [String]

    init?(of bytes: [UInt8]) throws(NoteRefusal) {
        let note = NoteBytes(bytes)
        let body = MarkdownBody(note)
        guard let block = try FerryBlock(of: note, body) else { return nil }
        self.block = block
        // Without what a person wrote between Ferry's lines: it is merged as text.
        let kept = Set(block.kept)
        texts = block.lines.map { body.content(ofLine: $0).text }.filter { $0.trimmingBlanks.isEmpty || !kept.contains($0) }
    }

    /// The line that asks question `number`, without what formatters change.
    func question(_ number: Int) -> String? {
        texts.first { QuestionAnswers.question($0) == number }.map { FerryBlock.bare($0).text }
    }

    /// The index of the line of the same box, for the same run and commit.
    func place(of box: BlockBox) -> Int? {
        texts.indices.first { BlockBox(Array(texts[$0].utf8)[...], line: 0)?.meaning == box.meaning }
    }

    /// The lines with these edits; `nil` where an answer has no place, or another answer stands there.
    func lines(with edits: BlockEdits) -> [String]? {
        var lines = texts
        for place in edits.ticks.compactMap(place) { lines[place] = lines[place].replacing("[ ]", with: "[x]", maxReplacements: 1) }
        for (number, answer) in edits.answers {
            if let present = block.answers[number] {
                guard present == answer.lines.joined(separator: "\n") else { return nil }
                continue
            }
            guard let question = answer.question, question == self.question(number),
                let place = lines.firstIndex(where: { QuestionAnswers.answer($0) == number }), let first = answer.lines.first
            else { return nil }
            lines.replaceSubrange(place...place, with: ["> A\(number): \(first)"] + answer.lines.dropFirst().map { "> " + $0 })
        }
        return lines
    }
}

extension BlockBox {
    /// What a tick of it is bound to.
    fileprivate var meaning: [String] { [id, "\(run)", commit ?? ""] }
}
