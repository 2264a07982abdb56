internal import FerryModel

/// Reads the keys of one note and collects what is wrong with them. One reader per note; a key that is asked for counts as known.
///
/// A wrong value is a fault and reads as absent, so that one mistake shows no second one.
struct NoteReader {
    let path: String
    let note: NoteBytes
    private(set) var faults: [NoteFault] = []
    private var known: Set<String> = []
    private let entries: [String: [FrontMatter.Entry]]
    private static let mostUnknown = 100
    /// Whether the note is one of Ferry's own: broken YAML and unknown keys are faults then.
    private let isStrict: Bool

    /// `path` is relative to the vault.
    init(_ note: NoteBytes, path: String, isStrict: Bool) {
        self.note = note
        self.path = path
        self.isStrict = isStrict
        entries = Dictionary(grouping: note.frontMatter?.entries ?? [], by: \.key)
        noteOddities()
    }

    mutating func fault(_ line: Int?, _ what: String, _ remedy: String, _ rule: NoteRule = .badValue) {
        faults.append(NoteFault(path: path, line: line, what: what, remedy: remedy, rule: rule))
    }

    /// The line of a key, if it is there.
    func line(of key: String) -> Int? { entries[key]?.first?.line }

    /// Whether a fault was found at the line of the key.
    func hasFault(at key: String) -> Bool { line(of: key).map { line in faults.contains { $0.line == line } } ?? false }

    /// The value of a key; `nil` if it is absent, empty or unreadable.
    mutating func value(_ key: String) -> NoteValue? {
        known.insert(key)
        let entries = entries[key] ?? []
        guard let entry = entries.first else { return nil }
        if entries.count > 1 {
            fault(entries[1].line, "the key \(key) is there twice", "keep one of the two", .doubleKey)
            return nil
        }
        do {
            let value = try YAMLReader.value(of: entry, in: note.bytes)
            return value.content == .empty ? nil : value
        } catch {
            fault(error.line, error.what, error.remedy, .brokenFrontMatter)
            return nil
        }
    }

    /// A wrong value: says so, and returns nothing to go on with.
    mutating func refuse<Result>(_ key: String, _ value: NoteValue, _ remedy: String) -> Result? {
        fault(value.line, "\(key) is \(value.shown)", remedy)
        return nil
    }

    mutating func text(_ key: String, such remedy: String = "write a text on one line") -> String? {
        guard let value = value(key) else { return nil }
        guard case .text(let text) = value.content else { return refuse(key, value, remedy) }
        let trimmed = text.trimmingBlanks
        return trimmed.isEmpty ? nil : trimmed
    }

    mutating func wholeNumber(_ key: String, _ range: ClosedRange<Int>, example: Int) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = Self.number(value) else { return refuse(key, value, "write a whole number such as \(example)") }
        guard range.contains(number) else { return refuse(key, value, "write a whole number from \(range.lowerBound) to \(range.upperBound)") }
        return number
    }

    /// US dollars, zero or more.
    mutating func money(_ key: String) -> Money? {
        guard let value = value(key) else { return nil }
        guard let amount = Self.decimal(value), amount >= 0, amount <= 1_000_000 else { return refuse(key, value, "write US dollars such as 2.50") }
        return Money(dollars: amount)
    }

    /// One of a closed set of words.
    mutating func word<Word: RawRepresentable & CaseIterable>(_ key: String, _: Word.Type) -> Word? where Word.RawValue == String {
        guard let value = value(key) else { return nil }
        if case .text(let text) = value.content, let word = Word(rawValue: text.trimmingBlanks) { return word }
        return refuse(key, value, "write one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }

    /// A list of texts; a single text counts as a list of one. Each comes with its line.
    mutating func texts(_ key: String, such remedy: String = "write a list such as [one, two]") -> [(text: String, line: Int)] {
        guard let value = value(key) else { return [] }
        let items: [NoteValue] =
            switch value.content {
            case .list(let items): items
            default: [value]
            }
        var texts: [(String, Int)] = []
        for item in items {
            guard case .text(let text) = item.content, !text.trimmingBlanks.isEmpty else {
                fault(item.line, "\(key) holds \(item.shown)", remedy)
                continue
            }
            texts.append((text.trimmingBlanks, item.line))
        }
        return texts
    }

    /// A list of path patterns.
    mutating func patterns(_ key: String) -> [PathPattern] {
        texts(key, such: "write a list of paths such as [src, \"**/*.md\"]").compactMap { item in
            if let pattern = PathPattern(item.text) { return pattern }
            fault(
                item.line, "\(key) holds `\(InertText.excerpt(item.text, limit: 60))`",
                "write a path below the repository, without a leading `/` and without `..`")
            return nil
        }
    }

    /// A map of words to texts.
    mutating func map(_ key: String, example: String) -> [NoteValue.Pair] {
        guard let value = value(key) else { return [] }
        guard case .map(let pairs) = value.content else { return refuse(key, value, "write a map such as `\(example)`") ?? [] }
        return pairs
    }

    /// Names the keys that nobody asked for; of very many the first ones.
    mutating func finish() -> [NoteFault] {
        guard isStrict else { return faults }
        let unknown = (note.frontMatter?.entries ?? []).filter { !known.contains($0.key) }
        let names = known.sorted()
        for entry in unknown.prefix(Self.mostUnknown) {
            let near = names.first { Self.isNear($0, entry.key) }
            let remedy = near.map { "did you mean \($0)?" } ?? "the keys here are \(names.joined(separator: ", "))"
            fault(entry.line, "the key `\(InertText.excerpt(entry.key, limit: 60))` is unknown", remedy, .unknownKey)
        }
        if let next = unknown.dropFirst(Self.mostUnknown).first {
            fault(next.line, "\(unknown.count - Self.mostUnknown) more keys are unknown", "remove what is no setting", .unknownKey)
        }
        return faults.sorted { ($0.line ?? 0) < ($1.line ?? 0) }
    }

    static func number(_ value: NoteValue) -> Int? {
        guard case .text(let text) = value.content else { return nil }
        return Int(text.trimmingBlanks)
    }

    static func decimal(_ value: NoteValue) -> Double? {
        guard case .text(let text) = value.content else { return nil }
        let digits = text.trimmingBlanks
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0.isASCIIDigit || $0 == UInt8(ascii: ".") }) else { return nil }
        return Double(digits)
    }

    /// One letter more, less, other or swapped, or another case or dash.
    private static func isNear(_ one: String, _ other: String) -> Bool {
        let left = Array(one.lowercased().replacing("-", with: "_").utf8)
        let right = Array(other.lowercased().replacing("-", with: "_").utf8)
        guard abs(left.count - right.count) < 2 else { return false }
        let head = zip(left, right).prefix { $0 == $1 }.count
        let tail = zip(left.dropFirst(head).reversed(), right.dropFirst(head).reversed()).prefix { $0 == $1 }.count
        return max(left.count, right.count) - head - tail < 2 || left.sorted() == right.sorted()
    }

    private mutating func noteOddities() {
        if let frontMatter = note.frontMatter, isStrict {
            for oddity in frontMatter.oddities {
                let refusal = FrontMatterSplice.refusal(oddity)
                fault(refusal.line, refusal.what, refusal.remedy, .brokenFrontMatter)
            }
            if frontMatter.content.count > YAMLReader.entryLimit {
                fault(1, "the front matter is larger than 64 KiB", "settings are short: remove what is not one", .tooLarge)
            }
        }
        switch note.oddity {
        case .unclosed where isStrict, .bareCarriageReturns, .zeroBytes, .notUTF8, .tooLarge:
            do { try FrontMatterSplice.check(note) } catch { fault(error.line, error.what, error.remedy, Self.rule(of: note.oddity)) }
        case .unclosed, nil: break
        }
    }

    private static func rule(of oddity: NoteBytes.Oddity?) -> NoteRule {
        switch oddity {
        case .zeroBytes, .notUTF8: .notUTF8
        case .tooLarge: .tooLarge
        case .unclosed, .bareCarriageReturns, nil: .brokenFrontMatter
        }
    }
}
