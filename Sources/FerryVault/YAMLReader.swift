internal import Yams

/// Reads values with Yams, an entry at a time: broken YAML in one key does not hide the others, and an alias cannot reach out of its entry.
enum YAMLReader {
    /// Why a value could not be read.
    struct Failure: Error, Hashable {
        let line: Int
        let what: String
        let remedy: String
    }

    /// An entry above this is no setting.
    static let entryLimit = 1 << 16

    /// The value of an entry of the front matter, or of a `yaml` block that was scanned like one.
    static func value(of entry: FrontMatter.Entry, in bytes: [UInt8]) throws(Failure) -> NoteValue {
        switch entry.shape {
        case .indirect:
            throw Failure(line: entry.line, what: "\(entry.key) uses an anchor, an alias or a tag", remedy: "write the value itself")
        case .tooDeep:
            throw Failure(line: entry.line, what: "\(entry.key) is nested too deeply", remedy: "write a flat value")
        case .empty, .plain, .quoted, .compound: break
        }
        guard entry.lines.count <= entryLimit else {
            throw Failure(
                line: entry.line, what: "\(entry.key) is longer than \(entryLimit) bytes", remedy: "move the text into the body of the note")
        }
        guard let text = String(validating: bytes[entry.lines], as: UTF8.self) else {
            throw Failure(line: entry.line, what: "\(entry.key) is not UTF-8", remedy: "save the note as UTF-8")
        }
        let lines = entry.line...max(entry.line, entry.line + text.utf8.count { $0 == .lineFeed } - (text.utf8.last == .lineFeed ? 1 : 0))
        let root = try compose(text, lines)
        guard case .mapping(let mapping) = root, mapping.count == 1, let pair = mapping.first else {
            throw Failure(line: entry.line, what: "\(entry.key) cannot be read as a key with one value", remedy: "write `\(entry.key): value`")
        }
        return try convert(pair.value, lines, keyLine: entry.line)
    }

    /// A key of the front matter as Yams sees it.
    struct TopLevel: Hashable {
        let key: String
        let line: Int
        let value: Node
    }

    /// What Yams makes of the front matter as a whole.
    enum View: Hashable {
        case keys([TopLevel])
        /// YAML, and no map.
        case noMap(line: Int)
        /// Broken, or not safe to give to Yams.
        case unreadable
    }

    /// Anchors, aliases and tags are masked: they would let a short text expand without end, and keys and lines do not depend on them.
    static func view(of frontMatter: FrontMatter, in bytes: [UInt8]) -> View {
        guard frontMatter.entries.allSatisfy({ $0.shape != .tooDeep }), frontMatter.oddities.allSatisfy({ $0.kind == .stray }) else {
            return .unreadable
        }
        var content = Array(bytes[frontMatter.content])
        for range in frontMatter.indirections {
            // An alias becomes a word; so does what stands before a key, whose column must not change.
            let isAlias = bytes[range.lowerBound] == UInt8(ascii: "*")
            let isFirst = bytes[frontMatter.content.lowerBound..<range.lowerBound].last { !$0.isBlank } ?? .lineFeed == .lineFeed
            let isOnly = bytes[range.upperBound...].first { !$0.isBlank }.map { $0 == .lineFeed || $0 == .carriageReturn } ?? true
            for index in isAlias ? range.prefix(1) : range {
                content[index - frontMatter.content.lowerBound] = isAlias || (isFirst && !isOnly) ? UInt8(ascii: "_") : .space
            }
        }
        guard let text = String(validating: content, as: UTF8.self) else { return .unreadable }
        do {
            switch try compose(text, frontMatter.firstLine...Int.max) {
            case nil: return .keys([])
            case .scalar(let scalar)? where scalar.string.isEmpty: return .keys([])
            case .mapping(let mapping)?:
                return .keys(
                    mapping.map { key, value in
                        TopLevel(key: key.scalar?.string ?? "", line: frontMatter.firstLine + (key.mark?.line ?? 1) - 1, value: value)
                    })
            case let other?: return .noMap(line: frontMatter.firstLine + (other.mark?.line ?? 1) - 1)
            }
        } catch {
            return .unreadable
        }
    }

    private static func compose(_ text: String, _ lines: ClosedRange<Int>) throws(Failure) -> Node? {
        do {
            // The basic resolver: Yams' default one runs seven regular expressions over every key.
            return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw failure(error, lines)
        } catch {
            throw Failure(line: lines.lowerBound, what: "the YAML cannot be read", remedy: "write `key: value`")
        }
    }

    private static func convert(_ node: Node, _ lines: ClosedRange<Int>, keyLine: Int) throws(Failure) -> NoteValue {
        let line = node.mark.map { Self.line($0, lines) } ?? keyLine
        switch node {
        case .scalar(let scalar):
            let isEmpty = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return NoteValue(line: isEmpty ? keyLine : line, content: isEmpty ? .empty : .text(scalar.string))
        case .sequence(let sequence):
            var items: [NoteValue] = []
            for item in sequence { items.append(try convert(item, lines, keyLine: line)) }
            return NoteValue(line: line, content: .list(items))
        case .mapping(let mapping):
            var pairs: [NoteValue.Pair] = []
            for (key, value) in mapping {
                let at = key.mark.map { Self.line($0, lines) } ?? line
                guard let name = key.scalar?.string else {
                    throw Failure(line: at, what: "a key is a list or a map", remedy: "write a word as the key")
                }
                pairs.append(NoteValue.Pair(key: name, line: at, value: try convert(value, lines, keyLine: at)))
            }
            return NoteValue(line: line, content: .map(pairs))
        case .alias:
            throw Failure(line: line, what: "an alias stands here", remedy: "write the value itself")
        }
    }

    /// The file's line of a mark. libyaml also counts the line ends of Unicode and a line behind the last: such marks stay within the entry.
    private static func line(_ mark: Mark, _ lines: ClosedRange<Int>) -> Int {
        min(max(lines.lowerBound + mark.line - 1, lines.lowerBound), lines.upperBound)
    }

    private static func failure(_ error: YamlError, _ lines: ClosedRange<Int>) -> Failure {
        let remedy = "mend the YAML; text with `:`, `#`, `@`, `%` or a backtick in it is best put in double quotes"
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            return Failure(line: line(mark, lines), what: "the YAML is broken (\(problem))", remedy: remedy)
        case .reader(let problem, _, _, _):
            return Failure(line: lines.lowerBound, what: "the YAML holds a character that may not be there (\(problem))", remedy: remedy)
        case .duplicatedKeysInMapping(let names, let context):
            let name = InertText.excerpt(names.first ?? "", limit: 60)
            return Failure(line: line(context.mark, lines), what: "the key `\(name)` is there twice", remedy: "keep one of the two")
        default: return Failure(line: lines.lowerBound, what: "the YAML cannot be read", remedy: remedy)
        }
    }
}
