/// What Obsidian adds to Markdown, and what plugins and terminals look for, in the bytes of a note.
struct ByteHazards {
    private(set) var hazards: [String] = []
    private let note: String
    private let own: [String]

    init(_ note: String, own: [String]) {
        self.note = note
        self.own = own
    }

    mutating func look() {
        lookAtCharacters()
        var fence = ""
        for line in note.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = String(line)
            lookAnywhere(text)
            let run = text.prefix { $0 == "`" }
            if fence.isEmpty, run.count >= 3 {
                fence = String(run)
            } else if !fence.isEmpty {
                if text == fence { fence = "" } else { lookAtCode(text) }
            } else {
                lookAtProse(text)
            }
        }
        if !fence.isEmpty { hazards.append("a fence stays open") }
    }

    private mutating func lookAtCharacters() {
        var marks = 0
        for scalar in note.unicodeScalars {
            switch scalar.value {
            case 0x0A, 0x09, 0x20..<0x7F: break
            case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFE00...0xFE0D, 0xFEFF, 0xFFF0...0xFFFB,
                0xE0000...0xE0FFF:
                hazards.append("U+\(String(scalar.value, radix: 16))")
            default: break
            }
            marks = (0x300...0x36F).contains(scalar.value) ? marks + 1 : 0
            if marks > 8 { hazards.append("a flood of marks") }
        }
        if note.split(separator: "\n").contains(where: { $0.utf8.count > 8_000 }) { hazards.append("a line above 8,000 bytes") }
    }

    /// In code as well.
    private mutating func lookAnywhere(_ line: String) {
        let text = Array(line.replacingOwn(own).utf8)
        for (index, byte) in text.enumerated() {
            let rest = text[index...]
            switch byte {
            case UInt8(ascii: "<") where rest.starts(with: "<%".utf8) || rest.starts(with: "<!--".utf8): hazards.append("< in: \(line)")
            case UInt8(ascii: "%") where rest.starts(with: "%>".utf8) || rest.starts(with: "%%".utf8): hazards.append("% in: \(line)")
            case UInt8(ascii: ":") where rest.starts(with: "://".utf8):
                if String(decoding: text[..<index], as: UTF8.self).lowercased().hasSuffix("obsidian") {
                    hazards.append("a call of Obsidian in: \(line)")
                }
            case UInt8(ascii: ":") where rest.starts(with: "::".utf8): if isField(text, index) { hazards.append("a field in: \(line)") }
            default: break
            }
        }
    }

    private func isField(_ text: [UInt8], _ index: Int) -> Bool {
        let next = text.dropFirst(index + 2).first
        let head = String(decoding: text[..<index], as: UTF8.self).lowercased()
        return next == nil || next == UInt8(ascii: " ") || next == UInt8(ascii: "\t")
            || ["id", "status", "branch", "pr", "cost_usd", "tags", "aliases"].contains { head.hasSuffix($0) }
    }

    private mutating func lookAtCode(_ line: String) {
        let body = line.inASCII.drop { " \t>-*+".contains($0) }
        let run = body.prefix { $0 == "`" }.count
        let other = body.prefix { $0 == "~" }.count
        guard max(run, other) >= 3 else { return }
        let info = body.dropFirst(max(run, other)).drop { $0 == " " }
        if ["dataview", "tasks", "templater", "base", "query", "button", "meta-bind", "js-engine", "mermaid", "run-", "{"].contains(where: {
            info.hasPrefix($0)
        }) {
            hazards.append("a plugin's fence in a block: \(line)")
        }
    }

    /// Outside code, with escaped characters, code spans and Ferry's own marks taken out, nothing is left that Obsidian acts on.
    private mutating func lookAtProse(_ line: String) {
        var rest = Self.plain(line.replacingOwn(own))
        // Ferry's own marks at the start of a line.
        if rest.hasPrefix("#"), let heading = rest.firstMatch(of: #/^#{1,6} /#) { rest.removeSubrange(heading.range) }
        if rest.hasPrefix("> [!"), let callout = rest.firstMatch(of: /^> \[!(info|note|success|warning|failure|todo|question)\]-?/) {
            rest.removeSubrange(callout.range)
        }
        // Tables have two columns.
        if rest.hasPrefix("|"), rest.hasSuffix("|"), rest.utf8.count(where: { $0 == UInt8(ascii: "|") }) == 3 {
            rest = rest.replacing("|", with: " ")
        }
        for mark in ["**mistake**", "**result**", "**call**", "**Ferry**", "*thinking*", "**error**", "**warning**", "**note**"]
        where rest.utf8.contains(UInt8(ascii: "*")) {
            if let range = rest.firstRange(of: mark) { rest.removeSubrange(range) }
        }
        let text = Array(rest.utf8)
        for (index, byte) in text.enumerated() {
            let next = index + 1 < text.count ? text[index + 1] : nil
            let isAlive =
                switch byte {
                case UInt8(ascii: "<"): next.map { !" 0123456789=-".utf8.contains($0) } ?? true
                case UInt8(ascii: "="), UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "{"), UInt8(ascii: "}"): next == byte
                default: "[]`$#^|*".utf8.contains(byte)
                }
            if isAlive || byte == UInt8(ascii: ":") && text[index...].starts(with: "://".utf8) {
                hazards.append("\(Character(Unicode.Scalar(byte))) in: \(line)")
            }
        }
        if rest.contains("A") || rest.contains("a"), rest.firstMatch(of: /^[>\s]*(?:[-*+] )?[Aa][0-9]+:/) != nil, !line.hasPrefix("> A1:"),
            !line.hasPrefix("> A2:")
        {
            hazards.append("an answer: \(line)")
        }
        if rest.utf8.contains(1), rest.firstMatch(of: /\x01 *\d{4}-\d\d/) != nil { hazards.append("a date behind a sign: \(line)") }
    }

    /// ASCII alone, so that no mark joins a character to another one: without code spans, escaped characters as NUL, all others as U+0001.
    private static func plain(_ line: String) -> String {
        let text = Array(line.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "\\"), index + 1 < text.count, text[index + 1] < 0x80 {
                result.append(0)
                index += 2
            } else if text[index] == UInt8(ascii: "`"), let end = endOfSpan(text, index) {
                result.append(0)
                index = end
            } else {
                result.append(text[index] < 0x80 ? text[index] : 1)
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func endOfSpan(_ text: [UInt8], _ start: Int) -> Int? {
        let length = text[start...].prefix { $0 == UInt8(ascii: "`") }.count
        var index = start + length
        while index < text.count {
            let run = text[index...].prefix { $0 == UInt8(ascii: "`") }.count
            if run == length { return index + run }
            index += max(run, 1)
        }
        return nil
    }
}

extension String {
    fileprivate var inASCII: String { String(decoding: utf8.map { $0 < 0x80 ? $0 : 1 }, as: UTF8.self) }

    fileprivate func replacingOwn(_ own: [String]) -> String {
        var text = self
        if text.hasPrefix("- ["), text.hasSuffix("-->"), let comment = text.firstRange(of: " <!-- ferry:box ") {
            text = String(text[text.index(text.startIndex, offsetBy: 5)..<comment.lowerBound])
        } else if text.hasPrefix("<!-- ferry:"), text.hasSuffix(" -->") {
            text = ""
        }
        for mark in own where utf8.count >= mark.utf8.count { text = text.replacingBytes(of: mark) }
        return text
    }

    /// Byte for byte, as a mark behind a text would be one of its last character; what is found becomes a NUL.
    private func replacingBytes(of mark: String) -> String {
        let text = Array(utf8)
        let wanted = Array(mark.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            let isFound = text[index] == wanted[0] && text[index...].starts(with: wanted)
            result.append(isFound ? 0 : text[index])
            index += isFound ? wanted.count : 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}
