/// What must hold before and after a splice.
extension FrontMatterSplice {
    /// Refuses a note whose top is not plain UTF-8 front matter, or none.
    static func check(_ note: NoteBytes) throws(NoteRefusal) {
        guard !note.bytes.isEmpty else { throw NoteRefusal(nil, "the note is empty", remedy: "write something into it") }
        switch note.oddity {
        case .unclosed:
            throw NoteRefusal(1, "the front matter is opened by `---` and never closed", remedy: "end it with a line `---`, or begin with other text")
        case .bareCarriageReturns:
            throw NoteRefusal(1, "lines end in a carriage return alone", remedy: "save the note with LF or CR LF as line ends")
        case .zeroBytes: throw NoteRefusal(1, "the note is not UTF-8 (it holds zero bytes)", remedy: "save the note as UTF-8")
        case .notUTF8: throw NoteRefusal(1, "the front matter is not UTF-8", remedy: "save the note as UTF-8")
        case .tooLarge: throw NoteRefusal(1, "the front matter is larger than 1 MiB", remedy: "move its text into the body")
        case nil: break
        }
        guard let frontMatter = note.frontMatter else {
            if note.bytes.contains(0) { throw NoteRefusal(nil, "the note is not UTF-8 (it holds zero bytes)", remedy: "save the note as UTF-8") }
            return
        }
        if frontMatter.endsInDots { throw NoteRefusal(1, "the front matter ends in `...`", remedy: "end it with `---`, as other programs expect") }
        if let oddity = frontMatter.oddities.first(where: { $0.kind != .stray }) { throw refusal(oddity) }
    }

    static func refusal(_ oddity: FrontMatter.Oddity) -> NoteRefusal {
        switch oddity.kind {
        case .flow: NoteRefusal(oddity.line, "the front matter is written in braces", remedy: "write each key on a line of its own, as `key: value`")
        case .explicitKey: NoteRefusal(oddity.line, "a key is written with `?`", remedy: "write it as `key: value`")
        case .directive: NoteRefusal(oddity.line, "the front matter holds a YAML directive", remedy: "remove the line")
        case .tab: NoteRefusal(oddity.line, "the line is indented by a tab", remedy: "indent it by blanks")
        case .stray: NoteRefusal(oddity.line, "the line is no `key: value`", remedy: "add a colon and a blank behind the key")
        }
    }

    /// Where Yams can read the front matter as a whole, it must see the same keys on the same lines as our scanner.
    static func agree(_ frontMatter: FrontMatter, _ bytes: [UInt8]) throws(NoteRefusal) {
        guard let seen = YAMLReader.keys(of: frontMatter, in: bytes) else { return }
        let ours = frontMatter.entries.map { YAMLReader.TopLevel(key: $0.key, line: $0.line) }
        guard seen == ours else {
            throw NoteRefusal(frontMatter.firstLine, "the front matter can be read in two ways", remedy: "write each key on a line of its own")
        }
    }

    /// The result has every wanted value, every other entry byte for byte, the same body, and is as readable as it was.
    static func verify(_ result: [UInt8], _ values: [(key: String, value: FlatValue)], before: NoteBytes) throws(NoteRefusal) {
        let broken = NoteRefusal(before.frontMatter?.firstLine, "the keys could not be set safely", remedy: "simplify the front matter")
        let after = NoteBytes(result)
        guard let frontMatter = after.frontMatter, after.oddity == nil, after.body == before.body else { throw broken }
        let wanted = Dictionary(values.map { ($0.key, $0.value.string) }) { $1 }
        for (key, value) in wanted {
            guard frontMatter.entries(named: key).count == 1, let entry = frontMatter.entries(named: key).first,
                (try? YAMLReader.value(of: entry, in: result))?.content == .text(value)
            else { throw broken }
        }
        let kept = { (note: NoteBytes) in
            (note.frontMatter?.entries ?? []).filter { wanted[$0.key] == nil }.map { Array(note.bytes[$0.lines]) }
        }
        guard kept(before) == kept(after), frontMatter.oddities.count == before.frontMatter?.oddities.count ?? 0 else { throw broken }
        if let old = before.frontMatter, YAMLReader.keys(of: old, in: before.bytes) == nil { return }
        guard YAMLReader.keys(of: frontMatter, in: result) != nil else { throw broken }
        try agree(frontMatter, result)
    }
}
