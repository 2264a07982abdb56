/// What must hold before and after a splice.
extension FrontMatterSplice {
    /// Refuses a note whose top is not plain UTF-8 front matter, or none.
    static func check(_ note: NoteBytes) throws(NoteRefusal) {
        guard !note.bytes.isEmpty else { throw NoteRefusal(nil, "the note is empty", remedy: "write something into it") }
        switch note.oddity {
        case .unclosed:
            throw NoteRefusal(1, "the front matter is opened by `---` and never closed", remedy: "end it with a line `---`, or begin with other text")
        case .bareCarriageReturns:
            throw NoteRefusal(1, "a line ends in a carriage return alone", remedy: "save the note with LF or CR LF as line ends")
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
        if let board = frontMatter.entries.first(where: { pluginKeys.contains($0.key) }) {
            throw NoteRefusal(
                board.line, "`\(board.key)` says that a plugin rewrites this note as a whole", remedy: "keep it outside the folders of the features")
        }
        if let oddity = frontMatter.oddities.first(where: { $0.kind != .stray }) { throw refusal(oddity) }
        if let line = frontMatter.openLine {
            throw NoteRefusal(line, "a quote or bracket is opened behind this key and never closed", remedy: "close it, or put the value in quotes")
        }
    }

    /// The marks of notes that belong to a plugin: it serialises them anew, and shows them broken when somebody else writes.
    static let pluginKeys: Set = ["kanban-plugin", "excalidraw-plugin"]

    static func refusal(_ oddity: FrontMatter.Oddity) -> NoteRefusal {
        switch oddity.kind {
        case .flow: NoteRefusal(oddity.line, "the front matter is written in braces", remedy: "write each key on a line of its own, as `key: value`")
        case .explicitKey: NoteRefusal(oddity.line, "a key is written with `?`", remedy: "write it as `key: value`")
        case .escapedKey: NoteRefusal(oddity.line, "a key is written with a backslash", remedy: "write it without")
        case .directive: NoteRefusal(oddity.line, "the front matter holds a YAML directive", remedy: "remove the line")
        case .documentEnd: NoteRefusal(oddity.line, "a line `...` ends the YAML before the closing `---`", remedy: "remove the line")
        case .tab: NoteRefusal(oddity.line, "the line is indented by a tab", remedy: "indent it by blanks")
        case .stray: NoteRefusal(oddity.line, "the line is no `key: value`", remedy: "add a colon and a blank behind the key")
        }
    }

    /// Where Yams can read the front matter as a whole, it must see the same keys on the same lines as our scanner.
    static func agree(_ frontMatter: FrontMatter, _ view: YAMLReader.View) throws(NoteRefusal) {
        switch view {
        case .unreadable: return
        case .noMap(let line):
            let stray = frontMatter.oddities.first { $0.kind == .stray }?.line ?? line
            throw NoteRefusal(stray, "the front matter is no list of keys", remedy: "write `key: value`, with a blank behind the colon")
        case .keys(let seen):
            let pairs = zip(seen, frontMatter.entries)
            if seen.count == frontMatter.entries.count, pairs.allSatisfy({ $0.key == $1.key && $0.line == $1.line }) { return }
            let differing = pairs.first { $0.key != $1.key || $0.line != $1.line }.map { min($0.line, $1.line) }
            let further = seen.count > frontMatter.entries.count ? seen.last?.line : frontMatter.entries.last?.line
            throw NoteRefusal(
                differing ?? further ?? frontMatter.firstLine, "the front matter can be read in two ways here",
                remedy: "write each key on a line of its own, without blanks before it, and texts over several lines in quotes")
        }
    }

    /// The result has every wanted value, every other entry byte for byte, the same body, and is as readable as it was: where Yams could
    /// read the front matter it sees the same keys with the same values, but ours. `view` is what Yams saw before.
    static func verify(
        _ result: [UInt8], _ values: [(key: String, value: FlatValue)], without gone: Set<String> = [], before: NoteBytes, _ view: YAMLReader.View
    ) throws(NoteRefusal) {
        let broken = NoteRefusal(before.frontMatter?.firstLine, "the keys could not be set safely", remedy: "simplify the front matter")
        let after = NoteBytes(result)
        guard let frontMatter = after.frontMatter, after.oddity == nil, after.body == before.body else { throw broken }
        let wanted = Dictionary(values.map { ($0.key, $0.value) }) { $1 }
        for (key, value) in wanted {
            let entries = frontMatter.entries(named: key)
            guard entries.count == 1, let written = try? YAMLReader.value(of: entries[0], in: result), value.isWritten(written) else { throw broken }
        }
        let kept = { (note: NoteBytes) in
            (note.frontMatter?.entries ?? []).lazy.filter { wanted[$0.key] == nil && !gone.contains($0.key) }.map { note.bytes[$0.lines] }
        }
        guard kept(before).elementsEqual(kept(after)), frontMatter.oddities.map(\.kind) == (before.frontMatter?.oddities ?? []).map(\.kind) else {
            throw broken
        }
        let view = (before: view, after: YAMLReader.view(of: frontMatter, in: result))
        try agree(frontMatter, view.after)
        guard case .keys(let old) = view.before else { return }
        guard case .keys(let new) = view.after else { throw broken }
        let others = { (seen: [YAMLReader.TopLevel]) in seen.filter { wanted[$0.key] == nil && !gone.contains($0.key) } }
        // Lines may move where keys go away; keys and values stay.
        guard others(old).elementsEqual(others(new), by: { $0.key == $1.key && $0.value == $1.value }) else { throw broken }
    }
}
