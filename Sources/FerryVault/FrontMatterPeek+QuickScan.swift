internal import FerryModel

extension FrontMatterPeeker {
    /// One pass over the lines of the front matter. Sure of: blank lines, comments, `key: value` with a plain, singly quoted or simple flow value on
    /// its line, and lists and continuations of such values below keys that are not asked for.
    struct QuickScan {
        enum Outcome { case sure, unsure, more }

        private enum Value {
            case empty
            /// Without blanks around it, quotes and comment.
            case scalar(Range<Int>, isQuoted: Bool)
            case flow
            case unsure
        }

        private let bytes: UnsafeRawBufferPointer
        private let isWhole: Bool
        private let idKey: [UInt8]
        private let statusKey: [UInt8]
        private(set) var found = FrontMatterPeek()
        private var hasID = false
        private var hasStatus = false
        private var hasOwn = false
        /// The line before belongs to a key whose value matters.
        private var isAsked = false

        init(_ bytes: UnsafeRawBufferPointer, isWhole: Bool, idKey: [UInt8], statusKey: [UInt8]) {
            self.bytes = bytes
            self.isWhole = isWhole
            self.idKey = idKey
            self.statusKey = statusKey
        }

        mutating func run() -> Outcome {
            let start = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
            guard bytes.count >= start + 3 else { return isWhole ? .sure : .more }
            guard isDashes(at: start) else { return .sure }
            guard let opening = line(at: start) else { return .more }
            guard isBlank(start + 3, opening.end) else { return .sure }
            var next = opening.next
            while next < bytes.count {
                guard let line = line(at: next) else { return .more }
                if isDashes(at: next), isBlank(next + 3, line.end) { return holdsTemplate(opening.next, next) ? .unsure : .sure }
                if line.next - start > NoteBytes.frontMatterLimit {
                    found = FrontMatterPeek()
                    return .sure
                }
                guard take(next, line.end) else { return .unsure }
                next = line.next
            }
            // Not closed: no front matter.
            found = FrontMatterPeek()
            return isWhole ? .sure : .more
        }

        // MARK: Lines

        /// `nil` for a line that was cut off.
        private func line(at start: Int) -> (end: Int, next: Int)? {
            var feed = start
            while feed < bytes.count, bytes[feed] != .lineFeed { feed += 1 }
            if feed == bytes.count { return isWhole ? (feed, feed) : nil }
            return (feed > start && bytes[feed - 1] == .carriageReturn ? feed - 1 : feed, feed + 1)
        }

        private func isDashes(at start: Int) -> Bool {
            let dash = UInt8(ascii: "-")
            return start + 3 <= bytes.count && bytes[start] == dash && bytes[start + 1] == dash && bytes[start + 2] == dash
        }

        private func isBlank(_ start: Int, _ end: Int) -> Bool {
            var index = start
            while index < end {
                guard bytes[index].isBlank else { return false }
                index += 1
            }
            return true
        }

        private func holdsTemplate(_ start: Int, _ end: Int) -> Bool {
            var index = start
            while index + 1 < end {
                if bytes[index] == UInt8(ascii: "<"), bytes[index + 1] == UInt8(ascii: "%") { return true }
                index += 1
            }
            return false
        }

        /// Whether the line was understood.
        private mutating func take(_ start: Int, _ end: Int) -> Bool {
            var index = start
            while index < end, bytes[index] == .space { index += 1 }
            guard index < end, bytes[index] != UInt8(ascii: "#") else { return true }
            let isItem = bytes[index] == UInt8(ascii: "-") && (index + 1 == end || bytes[index + 1] == .space)
            guard index > start || isItem else { return takeKey(start, end) }
            guard !isAsked else { return false }
            if case .unsure = value(isItem ? index + 1 : index, end) { return false }
            return true
        }

        private mutating func takeKey(_ start: Int, _ end: Int) -> Bool {
            var colon = start
            while colon < end, bytes[colon] != UInt8(ascii: ":") {
                guard Self.isKeyByte(bytes[colon]) else { return false }
                colon += 1
            }
            guard colon < end, colon > start, bytes[colon - 1] != .space, bytes[start] != UInt8(ascii: "-"), bytes[start] != UInt8(ascii: ".") else {
                return false
            }
            guard colon + 1 == end || bytes[colon + 1] == .space else { return false }
            let value = value(colon + 1, end)
            if case .unsure = value { return false }
            guard takeEntry(UnsafeRawBufferPointer(rebasing: bytes[start..<colon]), value) else { return false }
            // A comment may hold what YAML takes for a line's end, or cannot read.
            return !isAsked || (start..<end).allSatisfy { (0x20..<0x7F).contains(bytes[$0]) }
        }

        private static func isKeyByte(_ byte: UInt8) -> Bool {
            byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == .space
                || byte == UInt8(ascii: ".")
        }

        private mutating func takeEntry(_ key: UnsafeRawBufferPointer, _ value: Value) -> Bool {
            isAsked = false
            if key.elementsEqual(idKey) {
                guard !hasID, takeID(value) else { return false }
                hasID = true
                isAsked = true
            } else if key.elementsEqual(statusKey) {
                guard !hasStatus, takeStatus(value) else { return false }
                hasStatus = true
                isAsked = true
            } else if key.elementsEqual("kanban-plugin".utf8) || key.elementsEqual("excalidraw-plugin".utf8) {
                found.isExcluded = true
            } else if key.elementsEqual("ferry".utf8), !hasOwn {
                hasOwn = true
                if case .scalar(let range, _) = value { found.isExcluded = found.isExcluded || isWord("ignore", range) }
            }
            return true
        }

        // MARK: Values

        private func value(_ start: Int, _ end: Int) -> Value {
            var index = start
            while index < end, bytes[index] == .space { index += 1 }
            guard index < end, bytes[index] != UInt8(ascii: "#") || index == start else { return .empty }
            switch bytes[index] {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): return quoted(index, end)
            case UInt8(ascii: "["): return flow(index, end)
            case 0...0x20, UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"),
                UInt8(ascii: "|"), UInt8(ascii: ">"), UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: "?"), UInt8(ascii: "-"),
                UInt8(ascii: ":"), UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"), 0x7F:
                return .unsure
            default: return plain(index, end)
            }
        }

        private func plain(_ start: Int, _ end: Int) -> Value {
            var last = start
            var index = start
            while index < end {
                let byte = bytes[index]
                if byte == .space {
                    index += 1
                    if index < end, bytes[index] == UInt8(ascii: "#") { break }
                    continue
                }
                guard byte > 0x20, byte != 0x7F else { return .unsure }
                if byte == UInt8(ascii: ":"), index + 1 == end || bytes[index + 1] == .space { return .unsure }
                last = index
                index += 1
            }
            return .scalar(start..<(last + 1), isQuoted: false)
        }

        private func quoted(_ start: Int, _ end: Int) -> Value {
            guard let close = closingQuote(start, end), isEndOfValue(close + 1, end) else { return .unsure }
            var inner = (start + 1)..<close
            while let first = inner.first, bytes[first] == .space { inner = (first + 1)..<inner.upperBound }
            while let last = inner.last, bytes[last] == .space { inner = inner.lowerBound..<last }
            return .scalar(inner, isQuoted: true)
        }

        /// Of a quote without escapes.
        private func closingQuote(_ start: Int, _ end: Int) -> Int? {
            var index = start + 1
            while index < end {
                let byte = bytes[index]
                if byte == bytes[start] {
                    return index + 1 < end && bytes[index + 1] == byte ? nil : index
                }
                guard byte >= 0x20, byte != UInt8(ascii: "\\"), byte != 0x7F else { return nil }
                index += 1
            }
            return nil
        }

        /// Blanks, perhaps a comment.
        private func isEndOfValue(_ start: Int, _ end: Int) -> Bool {
            var index = start
            while index < end, bytes[index] == .space { index += 1 }
            return index == end || (index > start && bytes[index] == UInt8(ascii: "#"))
        }

        /// `[one, "two", three]` on one line.
        private func flow(_ start: Int, _ end: Int) -> Value {
            var index = start + 1
            var isItemStart = true
            while index < end {
                let byte = bytes[index]
                switch byte {
                case UInt8(ascii: "]"): return isEndOfValue(index + 1, end) ? .flow : .unsure
                case UInt8(ascii: "\""), UInt8(ascii: "'"):
                    guard isItemStart, let close = closingQuote(index, end) else { return .unsure }
                    index = close
                    isItemStart = false
                case UInt8(ascii: ","): isItemStart = true
                case .space: break
                case _ where byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "_") || byte > 0x7F: isItemStart = false
                case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."):
                    guard !isItemStart else { return .unsure }
                default: return .unsure
                }
                index += 1
            }
            return .unsure
        }

        // MARK: Ferry's keys

        /// Whether it is sure what the value says.
        private mutating func takeID(_ value: Value) -> Bool {
            switch value {
            case .empty: return true
            case .flow, .unsure: return false
            case .scalar(let range, _):
                guard isSimple(range) else { return false }
                var index = range.lowerBound
                var prefix: UInt64 = 0
                var letters: UInt64 = 0
                while index < range.upperBound, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[index]) {
                    if letters < 8 { prefix |= UInt64(bytes[index]) << (8 * letters) }
                    letters += 1
                    index += 1
                }
                guard (1...8).contains(letters), index < range.upperBound, bytes[index] == UInt8(ascii: "-") else { return true }
                let digits = (index + 1)..<range.upperBound
                guard (1...9).contains(digits.count), digits.allSatisfy({ bytes[$0].isASCIIDigit }) else { return true }
                found.prefix = prefix
                found.digits = UInt8(digits.count)
                found.number = digits.reduce(0) { $0 * 10 + UInt32(bytes[$1] - UInt8(ascii: "0")) }
                return true
            }
        }

        private mutating func takeStatus(_ value: Value) -> Bool {
            switch value {
            case .empty: return true
            case .flow, .unsure: return false
            case .scalar(let range, _):
                guard isSimple(range) else { return false }
                for (index, word) in Self.states.enumerated() where isState(word, range) { found.status = UInt8(index + 1) }
                return true
            }
        }

        private static let states = FeatureState.allCases.map { Array($0.rawValue.utf8) }

        /// Letters, digits, `_`, `-` and single spaces: read alike by everybody.
        private func isSimple(_ range: Range<Int>) -> Bool {
            range.allSatisfy { index in
                let byte = bytes[index]
                return byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                    || (byte == .space && bytes[index - 1] != .space)
            }
        }

        private func isState(_ word: [UInt8], _ range: Range<Int>) -> Bool {
            guard word.count == range.count else { return false }
            for (index, byte) in zip(range, word) {
                let mine = bytes[index]
                let folded = mine == UInt8(ascii: "-") || mine == .space ? UInt8(ascii: "_") : mine.isASCIILetter ? mine | 0x20 : mine
                guard folded == byte else { return false }
            }
            return true
        }

        private func isWord(_ word: String, _ range: Range<Int>) -> Bool {
            range.count == word.utf8.count && zip(range, word.utf8).allSatisfy { bytes[$0] | 0x20 == $1 }
        }
    }
}
