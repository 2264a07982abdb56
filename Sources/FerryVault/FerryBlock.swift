internal import FerrySystem

/// Ferry's own region of a note, between two comment lines. Everything outside is the person's, and so is what they wrote inside.
///
/// The last line inside is a comment with a short hash of each line that Ferry wrote: by it Ferry tells its own lines from a person's
/// without any memory of its own. A tick or an answer does not make a line the person's.
package struct FerryBlock: Hashable, Sendable {
    static let begin = "<!-- ferry:begin -->"
    static let end = "<!-- ferry:end -->"
    private static let sums = "<!-- ferry:lines "

    package let boxes: [BlockBox]
    /// By question number, without `A1:`; unanswered ones are absent.
    package let answers: [Int: String]
    /// What Ferry asks, in the order of the numbers.
    package let questions: [String]
    /// Why the feature is blocked; `nil` where it does not say.
    package let failure: String?
    /// Lines that a person wrote between the markers, in their order, blank lines between them kept.
    package let kept: [String]
    /// Names the version of the block that Ferry wrote, in short; edits within leave it as it is. `nil` where the line that holds it is gone.
    package let version: String?
    /// Every line that Ferry left is there, in whatever form a tool that tidies notes gave it, and the line that names them.
    package let isWhole: Bool
    /// The lines between the markers, in the file's numbers.
    let lines: Range<Int>
    /// From the first byte of the begin marker to the end of the end marker's line.
    let region: Range<Int>

    /// The block of a note; `nil` if it has none. Throws if the markers are not one intact pair outside of code.
    init?(of note: NoteBytes, _ body: MarkdownBody, known: [String] = []) throws(NoteRefusal) {
        func isMarker(_ number: Int, _ marker: String) -> Bool { body.content(ofLine: number).isLine(marker.utf8) && !body.isFenced(number) }
        let begins = body.lineNumbers.filter { isMarker($0, Self.begin) }
        let ends = body.lineNumbers.filter { isMarker($0, Self.end) }
        if begins.isEmpty, ends.isEmpty { return nil }
        guard begins.count == 1, ends.count == 1, let first = begins.first, let last = ends.first, first < last else {
            throw NoteRefusal(
                ends.last ?? begins.last, "the markers of Ferry's block are not one pair (`\(Self.begin)` … `\(Self.end)`)",
                remedy: "delete these lines, and what is Ferry's between them; Ferry writes its block anew")
        }
        lines = (first + 1)..<last
        region = body.range(ofLine: first).lowerBound..<body.range(ofLine: last).upperBound
        let texts = lines.map { body.content(ofLine: $0).text }
        boxes = zip(lines, texts).compactMap { BlockBox(Array($1.utf8)[...], line: $0) }
        let hashes = Self.hashes(texts, known: known)
        // An answer ends where one of Ferry's own lines stands.
        let found = QuestionAnswers.find(
            in: texts.map { !QuestionAnswers.isAnswer($0) && (hashes.contains(Self.hash($0)) || $0.hasPrefix(Self.sums)) ? "" : $0 })
        answers = found.mapValues { $0.text.joined(separator: "\n") }
        questions = Self.questions(texts) { hashes.contains(Self.hash($0)) }
        failure = Self.failure(texts) { hashes.contains(Self.hash($0)) }
        kept = Self.kept(texts, hashes, answered: Set(found.values.flatMap(\.lines)))
        version = texts.last { $0.hasPrefix(Self.sums) }.map { String(ContentHash(of: Array($0.trimmingBlanks.utf8)).description.prefix(12)) }
        isWhole = version != nil && Self.hashes(texts, known: []).isSubset(of: texts.map { Self.hash(QuestionAnswers.unanswered($0)) })
    }

    /// Whether anything in the body looks like one of the markers; without it there is no block, whatever Markdown says.
    static func isMentioned(in note: NoteBytes) -> Bool {
        let mark = Array("<!-- ferry:".utf8)
        return note.body.indices.contains { note.bytes[$0] == mark[0] && note.bytes[$0...].starts(with: mark) }
    }

    /// The block of a note for reading; `nil` also where its markers are broken.
    package static func read(_ note: NoteBytes, _ body: MarkdownBody) -> FerryBlock? { try? FerryBlock(of: note, body) }

    /// The note with the block's lines empty, so that all others keep their numbers.
    func blanked(in bytes: [UInt8]) -> [UInt8] {
        bytes[..<region.lowerBound] + bytes[region].filter { $0 == .lineFeed } + bytes[region.upperBound...]
    }

    private static func hashes(_ texts: [String], known: [String]) -> Set<String> {
        let marks = texts.filter { $0.hasPrefix(sums) }
        let words = marks.flatMap { $0.dropFirst(sums.utf8.count).split(separator: " ").filter { $0 != "-->" } }
        return Set(words.map(String.init)).union(known.map(hash))
    }

    /// The person's lines: all whose hash is not among those that Ferry left. Answers are carried over with their questions.
    private static func kept(_ texts: [String], _ hashes: Set<String>, answered: Set<Int>) -> [String] {
        var kept: [String] = []
        var isBlankPending = false
        for (index, text) in texts.enumerated() where !text.hasPrefix(sums) {
            if text.trimmingBlanks.isEmpty {
                isBlankPending = true
            } else if answered.contains(index) || hashes.contains(hash(text)) {
                isBlankPending = false
            } else {
                if isBlankPending, !kept.isEmpty { kept.append("") }
                isBlankPending = false
                kept.append(text)
            }
        }
        return kept
    }

    /// The comment that names the lines that Ferry wrote.
    static func sumLine(_ lines: [String]) -> String {
        sums + lines.filter { !$0.isEmpty }.map(hash).joined(separator: " ") + " -->"
    }

    /// Six digits of the hash of what a line says.
    private static func hash(_ line: String) -> String { String(ContentHash(of: bare(line)).description.prefix(6)) }

    /// Whether the block says all this already and nothing else, in whatever form a tool that tidies notes gave it.
    func says(_ own: [String], in body: MarkdownBody) -> Bool {
        let there = lines.map { body.content(ofLine: $0).text }.filter { !$0.hasPrefix(Self.sums) }
        return !boxes.contains(where: \.isTicked) && there.map(Self.bare).filter { !$0.isEmpty } == own.map(Self.bare).filter { !$0.isEmpty }
    }

    /// A line without what formatters (Linter, Prettier, Obsidian's table editor) change: blanks, the padding and rules of tables, the kind of
    /// bullet and its distance, backslashes; and without its tick.
    static func bare(_ line: String) -> [UInt8] {
        let whole = Array(line.utf8).trimmed
        let quotes = whole.prefix { $0 == UInt8(ascii: ">") || $0.isBlank }
        var text = Array(whole.dropFirst(quotes.count))
        if let bullet = text.first, "-*+".utf8.contains(bullet), text.dropFirst().first?.isBlank ?? false {
            text = Array("- ".utf8) + text.dropFirst().drop(while: \.isBlank)
        }
        text = quotes + text
        // The tick of a box. A link loses its second bracket, wherever it stands.
        if text.starts(with: "- [".utf8), text.count > 4 { text[3] = .space }
        var bare: [UInt8] = []
        for byte in text where !byte.isBlank && byte != UInt8(ascii: "\\") {
            if byte == UInt8(ascii: "-"), bare.last == byte { continue }
            bare.append(byte)
        }
        return bare
    }
}

extension Collection<UInt8> {
    /// Equal but for blanks at the end.
    func isLine(_ other: String.UTF8View) -> Bool {
        starts(with: other) && dropFirst(other.count).allSatisfy { $0.isBlank || $0 == .carriageReturn }
    }
}
