/// The pure part of `edit`: exact, unique replacement in the bytes of a file.
struct EditMatch {
    enum Outcome: Hashable {
        /// The new content, and the numbers (from 1) of the first and the last line of the first replacement.
        case replaced([UInt8], count: Int, lines: ClosedRange<Int>)
        case notFound(hint: String)
        /// Found so often, first at these lines, though one place was meant.
        case several(count: Int, lines: [Int])
    }

    private let content: [UInt8]
    private let old: [UInt8]
    private let new: [UInt8]

    /// Where the lines of the file end with CRLF, both texts are taken to do so as well.
    init(content: [UInt8], old: String, new: String) {
        self.content = content
        let isCRLF = NumberedLines(content).isCRLF
        self.old = isCRLF ? Self.withCRLF(Array(old.utf8)) : Array(old.utf8)
        self.new = isCRLF ? Self.withCRLF(Array(new.utf8)) : Array(new.utf8)
    }

    /// Each lone `\n` becomes `\r\n`.
    static func withCRLF(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text {
            if byte == UInt8(ascii: "\n"), result.last != UInt8(ascii: "\r") { result.append(UInt8(ascii: "\r")) }
            result.append(byte)
        }
        return result
    }

    func apply(all: Bool) -> Outcome {
        let found = Self.occurrences(of: old, in: content)
        if found.isEmpty { return applyAtEnd() ?? .notFound(hint: hint()) }
        guard all || found.count == 1 else { return .several(count: found.count, lines: lines(at: found.prefix(Self.mostLines))) }
        return replace(found, old, with: new)
    }

    /// A file that does not end with a newline, and an `old` that does.
    private func applyAtEnd() -> Outcome? {
        let end = content.contains(UInt8(ascii: "\r")) && old.suffix(2) == [0x0D, 0x0A] ? 2 : 1
        guard old.last == UInt8(ascii: "\n"), old.count > end else { return nil }
        let bare = Array(old.dropLast(end))
        guard content.suffix(bare.count).elementsEqual(bare), Self.occurrences(of: bare, in: content).count == 1 else { return nil }
        let bareNew = new.suffix(end) == old.suffix(end) ? Array(new.dropLast(end)) : new
        return replace([content.count - bare.count], bare, with: bareNew)
    }

    private func replace(_ places: [Int], _ old: [UInt8], with new: [UInt8]) -> Outcome {
        var result: [UInt8] = []
        var copied = 0
        for place in places {
            result += content[copied..<place]
            result += new
            copied = place + old.count
        }
        result += content[copied...]
        let first = line(at: places[0])
        let breaks = new.count { $0 == UInt8(ascii: "\n") } - (new.last == UInt8(ascii: "\n") ? 1 : 0)
        return .replaced(result, count: places.count, lines: first...first + max(0, breaks))
    }

    private func line(at offset: Int) -> Int { content[..<offset].count { $0 == UInt8(ascii: "\n") } + 1 }

    /// More places are not told.
    private static let mostLines = 20

    /// The lines of rising offsets, in one pass.
    private func lines(at offsets: ArraySlice<Int>) -> [Int] {
        var (line, seen) = (1, 0)
        return offsets.map { offset in
            line += content[seen..<offset].count { $0 == UInt8(ascii: "\n") }
            seen = offset
            return line
        }
    }

    /// Offsets, without overlaps. Each byte is looked at once or twice, whatever the two hold (Knuth, Morris, Pratt).
    static func occurrences(of needle: [UInt8], in content: [UInt8]) -> [Int] {
        guard !needle.isEmpty, needle.count <= content.count else { return [] }
        // How much of the needle's beginning its first n bytes end with.
        var borders = [0]
        var border = 0
        for byte in needle.dropFirst() {
            while border > 0, needle[border] != byte { border = borders[border - 1] }
            if needle[border] == byte { border += 1 }
            borders.append(border)
        }
        var found: [Int] = []
        var matched = 0
        for (index, byte) in content.enumerated() {
            while matched > 0, needle[matched] != byte { matched = borders[matched - 1] }
            if needle[matched] == byte { matched += 1 }
            guard matched == needle.count else { continue }
            found.append(index + 1 - matched)
            matched = 0
        }
        return found
    }
}

extension EditMatch {
    /// Why `old` may not have been found, in words for the model.
    private func hint() -> String {
        let wanted = NumberedLines(old).lines
        if wanted.count > 0, wanted.allSatisfy(Self.hasLineNumber) {
            return "It seems to hold the line numbers of `read`; leave the numbers and the tab after them out."
        }
        let lines = NumberedLines(content)
        guard let anchor = wanted.enumerated().max(by: { Self.trimmed($0.element).count < Self.trimmed($1.element).count }),
            let nearest = Self.nearest(to: anchor.element, in: lines.lines)
        else { return "No line of the file is like it." }
        let first = max(1, nearest.number - anchor.offset - 1)
        let last = min(lines.lines.count, first + min(wanted.count, 20) + 1)
        let reason = nearest.isSame ? "The nearest lines differ only in white space, or in the lines around them" : "The nearest lines are"
        return "\(reason):\n\(lines.show(first...max(first, last)))"
    }

    private static func nearest(to wanted: ArraySlice<UInt8>, in lines: [ArraySlice<UInt8>]) -> (number: Int, isSame: Bool)? {
        let target = trimmed(wanted)
        if let index = lines.firstIndex(where: { trimmed($0) == target }) { return (index + 1, true) }
        let similarity = Similarity(to: target.prefix(400))
        // Enough for any file that a person wrote; a generated one gets no hint beyond.
        let scores = lines.prefix(20_000).map { similarity.score(of: trimmed($0).prefix(400)) }
        guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }), scores[best] >= 0.6 else { return nil }
        return (best + 1, false)
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        let tail = line.drop(while: isBlank)
        return tail.prefix(tail.count - tail.reversed().prefix(while: isBlank).count)
    }

    private static func hasLineNumber(_ line: ArraySlice<UInt8>) -> Bool {
        let rest = line.drop { $0 == 0x20 }
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return !digits.isEmpty && rest.dropFirst(digits.count).first == 0x09
    }
}
