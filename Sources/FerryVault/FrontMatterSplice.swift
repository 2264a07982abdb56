/// Sets flat keys in a note's front matter by replacing, or inserting, the bytes of their values; every other byte stays as it is.
///
/// YAML is never written by an emitter: none keeps comments, quotes, indents and line ends of a note that a person wrote.
/// The result is read again before it is returned; where the keys or values are not exactly as wanted, the splice is refused.
package enum FrontMatterSplice {
    /// Returns the note with these keys set, in this order where they are added. A note without front matter gets one.
    package static func setting(_ values: [(key: String, value: FlatValue)], in bytes: [UInt8]) throws(NoteRefusal) -> [UInt8] {
        let note = NoteBytes(bytes)
        try check(note)
        guard let frontMatter = note.frontMatter else { return try prepend(values, to: note) }
        let view = YAMLReader.view(of: frontMatter, in: bytes)
        try agree(frontMatter, view)
        var edits: [Edit] = []
        var added: [UInt8] = []
        let ending = ByteLines.ending(of: bytes)
        for (key, value) in values {
            precondition(isKey(key), "a key that Ferry writes is a plain word")
            if let edit = try replacement(of: key, value, frontMatter, bytes) {
                edits.append(edit)
            } else if frontMatter.entries(named: key).isEmpty {
                added += Array(key.utf8) + Array(": ".utf8) + value.yaml(quote: nil) + ending
            }
        }
        if edits.isEmpty, added.isEmpty { return bytes }
        if !added.isEmpty { edits.append(Edit(range: frontMatter.closing.lowerBound..<frontMatter.closing.lowerBound, bytes: added)) }
        let result = apply(edits, to: bytes)
        try verify(result, values, before: note, view)
        return result
    }

    /// Returns the note without these keys, and without front matter if nothing is left in it. Keys that are not there are no error.
    package static func removing(_ keys: Set<String>, from bytes: [UInt8]) throws(NoteRefusal) -> [UInt8] {
        let note = NoteBytes(bytes)
        try check(note)
        guard let frontMatter = note.frontMatter else { return bytes }
        let view = YAMLReader.view(of: frontMatter, in: bytes)
        try agree(frontMatter, view)
        let gone = frontMatter.entries.filter { keys.contains($0.key) }
        guard !gone.isEmpty else { return bytes }
        let left = apply(gone.map { Edit(range: $0.lines, bytes: []) }, to: bytes)
        guard let rest = NoteBytes(left).frontMatter else { throw NoteRefusal(nil, "the front matter did not survive", remedy: "mend it by hand") }
        guard left[rest.content].trimmed.isEmpty else {
            try verify(left, [], without: keys, before: note, view)
            return left
        }
        let bare = Array(left[..<(note.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)]) + left[rest.closing.upperBound...]
        // A body that begins with a line `---` would become front matter itself.
        let seen = NoteBytes(bare)
        return seen.frontMatter == nil && seen.oddity == nil ? bare : left
    }

    private struct Edit {
        let range: Range<Int>
        let bytes: [UInt8]
    }

    private static func isKey(_ key: String) -> Bool {
        key.utf8.first?.isASCIILetter == true
            && key.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    }

    private static func apply(_ edits: [Edit], to bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) { result.replaceSubrange(edit.range, with: edit.bytes) }
        return result
    }

    /// The edit of a key that is there; `nil` where it is absent or already has the value.
    private static func replacement(
        of key: String, _ value: FlatValue, _ frontMatter: FrontMatter, _ bytes: [UInt8]
    ) throws(NoteRefusal) -> Edit? {
        let entries = frontMatter.entries(named: key)
        guard let entry = entries.first else { return nil }
        if entries.count > 1 {
            throw NoteRefusal(entries[1].line, "the key `\(key)` is there twice", remedy: "keep one of the two")
        }
        if let now = try? YAMLReader.value(of: entry, in: bytes), value.isWritten(now) { return nil }
        if bytes[entry.inline].text.contains("<%") {
            throw NoteRefusal(entry.line, "`\(key)` holds a Templater command", remedy: "replace it by a plain value, or remove the line")
        }
        switch entry.shape {
        case .empty:
            return Edit(range: entry.inline, bytes: [.space] + value.yaml(quote: nil))
        case .plain: return Edit(range: entry.inline, bytes: value.yaml(quote: nil))
        case .quoted(let quote): return Edit(range: entry.inline, bytes: value.yaml(quote: quote))
        case .compound, .indirect, .tooDeep:
            throw NoteRefusal(
                entry.line, "`\(key)` is not a plain value on one line",
                remedy: "remove the line so that Ferry can write its own, or set `property_prefix` in the settings if the key is yours")
        }
    }

    private static func prepend(_ values: [(key: String, value: FlatValue)], to note: NoteBytes) throws(NoteRefusal) -> [UInt8] {
        let ending = ByteLines.ending(of: note.bytes)
        let fence = Array("---".utf8) + ending
        let lines = values.flatMap { Array($0.key.utf8) + Array(": ".utf8) + $0.value.yaml(quote: nil) + ending }
        let result = Array(note.bytes[..<note.bodyStart]) + fence + lines + fence + note.body
        try verify(result, values, before: note, .keys([]))
        return result
    }
}
