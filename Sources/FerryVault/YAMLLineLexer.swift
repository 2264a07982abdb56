/// Follows YAML over lines just closely enough to know where a value ends: quotes, flow collections, comments, block scalars.
///
/// It reads no values; that is Yams' work. Where the two disagree about the keys of a note, `FrontMatterSplice` refuses.
struct YAMLLineLexer {
    /// A quote or a flow collection that is still open where the last line ended.
    var isOpen: Bool { quote != nil || depth > 0 }
    /// Anchors, aliases and tags, where a value begins.
    private(set) var indirections: [Range<Int>] = []
    /// The deepest nesting seen, flow collections and compact block indicators (`- - x`) together.
    private(set) var deepest = 0
    /// The last line ended in the header of a block scalar (`|`, `>-`, …).
    private(set) var beganBlockScalar = false

    private var quote: UInt8?
    private var depth = 0

    /// Reads one line and returns where its comment begins, if it has one.
    mutating func scan(_ bytes: [UInt8], _ line: Range<Int>) -> Int? {
        beganBlockScalar = false
        var isTokenStart = true
        var indicators = 0
        var index = line.lowerBound
        while index < line.upperBound {
            let byte = bytes[index]
            if let open = quote {
                index += skipQuoted(byte, open, next: index + 1 < line.upperBound ? bytes[index + 1] : nil)
                isTokenStart = false
                continue
            }
            let isFirst = index == line.lowerBound || bytes[index - 1].isBlank
            if byte == UInt8(ascii: "#"), isFirst { return index }
            let isLast = index + 1 == line.upperBound || bytes[index + 1].isBlank
            switch byte {
            case .space, .tab: break
            case UInt8(ascii: ":") where isLast || (depth > 0 && !isTokenStart && isAfterQuote(bytes, index, line)): isTokenStart = true
            case UInt8(ascii: "-") where isTokenStart && isLast && depth == 0, UInt8(ascii: "?") where isTokenStart && isLast && depth == 0:
                indicators += 1
                deepest = max(deepest, indicators)
            case UInt8(ascii: "]") where depth > 0, UInt8(ascii: "}") where depth > 0:
                depth -= 1
                isTokenStart = false
            case UInt8(ascii: ",") where depth > 0: isTokenStart = true
            case UInt8(ascii: "&") where isTokenStart, UInt8(ascii: "*") where isTokenStart, UInt8(ascii: "!") where isTokenStart:
                // What it belongs to follows, and may be a quote or a block scalar.
                index = takeIndirection(bytes, index..<line.upperBound)
                continue
            default: isTokenStart = isTokenStart && startToken(byte, bytes[index..<line.upperBound])
            }
            index += 1
        }
        return nil
    }

    /// Handles the first byte of a token; returns whether the next byte may begin one again.
    private mutating func startToken(_ byte: UInt8, _ rest: ArraySlice<UInt8>) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            depth += 1
            deepest = max(deepest, depth)
            return true
        case UInt8(ascii: "|") where depth == 0, UInt8(ascii: ">") where depth == 0: beganBlockScalar = Self.isBlockHeader(rest)
        default: break
        }
        return false
    }

    /// Steps over an anchor, alias or tag and returns where it ends.
    private mutating func takeIndirection(_ bytes: [UInt8], _ rest: Range<Int>) -> Int {
        let end = bytes[rest].firstIndex { $0.isBlank || (depth > 0 && ",[]{}".utf8.contains($0)) } ?? rest.upperBound
        indirections.append(rest.lowerBound..<max(end, rest.lowerBound + 1))
        return max(end, rest.lowerBound + 1)
    }

    /// How many bytes of a quoted scalar to step over.
    private mutating func skipQuoted(_ byte: UInt8, _ open: UInt8, next: UInt8?) -> Int {
        if open == UInt8(ascii: "\""), byte == UInt8(ascii: "\\") { return 2 }
        guard byte == open else { return 1 }
        if open == UInt8(ascii: "'"), next == open { return 2 }
        quote = nil
        return 1
    }

    /// `"a":1` is a pair in a flow collection, also without a blank after the colon.
    private func isAfterQuote(_ bytes: [UInt8], _ index: Int, _ line: Range<Int>) -> Bool {
        index > line.lowerBound && [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[index - 1])
    }

    /// `|` or `>`, then at most an indentation digit and a chomping sign, then nothing but a comment.
    private static func isBlockHeader(_ rest: ArraySlice<UInt8>) -> Bool {
        var tail = rest.dropFirst()
        while let byte = tail.first, byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte.isASCIIDigit { tail = tail.dropFirst() }
        guard let next = tail.first else { return true }
        return next.isBlank && (tail.trimmed.isEmpty || tail.trimmed.first == UInt8(ascii: "#"))
    }
}
