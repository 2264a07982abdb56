/// Takes secrets out of what is recorded: the values that Ferry knows, also encoded or broken up (`SecretForms`), and what has the well-known shape of
/// a key.
/// It guards records, not the sandbox: no key is ever given to an agent in the first place.
package struct Redactor: Sendable {
    /// What stands in the place of a secret.
    package static let mark = "[redacted]"

    /// By their first byte: most of a text is passed over quickly.
    private let values: [[[UInt8]]]
    private let mayBegin: [Bool]
    private var looksForShapes = true

    /// `values` are the keys in use; those of fewer than 8 bytes are left alone, because they would occur by chance.
    package init(values: [String] = []) {
        var sorted = [[[UInt8]]](repeating: [], count: 256)
        let forms = Set(values.map { Array($0.utf8) }.filter { $0.count >= 8 }.flatMap(SecretForms.all))
        for form in forms.sorted(by: { $0.count > $1.count }) { sorted[Int(form[0])].append(form) }
        var mayBegin = sorted.map { !$0.isEmpty }
        for start in Self.shapes.map(\.prefix) + [Self.keyBegin] { mayBegin[Int(start[0])] = true }
        self.values = sorted
        self.mayBegin = mayBegin
    }

    /// Takes out the keys in use alone, for what work goes on with: a file may hold what only looks like a key, and is changed by its exact words.
    package var ofKnownValues: Redactor {
        var redactor = self
        redactor.looksForShapes = false
        return redactor
    }

    /// The text with a mark in the place of each secret.
    package func redact(_ text: String) -> String {
        redacted(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// The bytes with a mark in the place of each secret; `nil` where there is none.
    package func redacted(_ bytes: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var index = 0
        var copied = 0
        while index < bytes.count {
            guard let end = secret(in: bytes, at: index) else {
                index += 1
                continue
            }
            result += bytes[copied..<index]
            result += Self.mark.utf8
            index = end
            copied = end
        }
        return copied > 0 ? result + bytes[copied...] : nil
    }

    /// The end of the secret that begins here.
    private func secret(in bytes: [UInt8], at start: Int) -> Int? {
        if looksForShapes, start > 2, bytes[start - 1] == UInt8(ascii: "/"), let end = Self.passwordInAddress(bytes, at: start) { return end }
        guard mayBegin[Int(bytes[start])] else { return nil }
        for value in values[Int(bytes[start])] {
            if let end = SecretForms.end(of: value, in: bytes, at: start) { return end }
        }
        // Inside a longer word it is no key ("task-force-…" holds "sk-").
        if !looksForShapes || start > 0 && Self.isWord(bytes[start - 1]) { return nil }
        return shapedSecret(in: bytes, at: start) ?? privateKey(in: bytes, at: start)
    }

    private func shapedSecret(in bytes: [UInt8], at start: Int) -> Int? {
        for shape in Self.shapes where Self.has(shape.prefix, in: bytes, at: start) {
            var end = start + shape.prefix.count
            while end < bytes.count, Self.isToken(bytes[end]) || (shape.isHeader && Self.isHeaderToken(bytes[end])) { end += 1 }
            if end - start - shape.prefix.count >= shape.length { return end }
        }
        return nil
    }

    /// `name:password` between `://` and `@` (RFC 3986, 3.2.1).
    private static func passwordInAddress(_ bytes: [UInt8], at start: Int) -> Int? {
        guard bytes[start - 2] == UInt8(ascii: "/"), bytes[start - 3] == UInt8(ascii: ":") else { return nil }
        var index = start
        var hasPassword = false
        while index < bytes.count, index < start + 300, bytes[index] > 0x20, !"/?#\"'<>".utf8.contains(bytes[index]) {
            if bytes[index] == UInt8(ascii: "@") { return hasPassword ? index : nil }
            if bytes[index] == UInt8(ascii: ":") { hasPassword = true }
            index += 1
        }
        return nil
    }

    /// RFC 7468: from `-----BEGIN … PRIVATE KEY-----` to its end mark, or to the end of the text where that was cut off.
    private func privateKey(in bytes: [UInt8], at start: Int) -> Int? {
        guard Self.has(Self.keyBegin, in: bytes, at: start) else { return nil }
        let label = start + Self.keyBegin.count
        guard let labelEnd = Self.end(of: Array("PRIVATE KEY".utf8), in: bytes, from: label, to: label + 40) else { return nil }
        guard let end = Self.end(of: Array("-----END ".utf8), in: bytes, from: labelEnd, to: bytes.count) else { return bytes.count }
        return Self.end(of: Array("-----".utf8), in: bytes, from: end, to: bytes.count) ?? bytes.count
    }

    private static let keyBegin = Array("-----BEGIN ".utf8)

    /// The index after the first occurrence that begins in a range.
    private static func end(of needle: [UInt8], in bytes: [UInt8], from start: Int, to limit: Int) -> Int? {
        var index = start
        while index < min(limit, bytes.count) {
            if has(needle, in: bytes, at: index) { return index + needle.count }
            index += 1
        }
        return nil
    }

    /// By index: outputs have megabytes.
    private static func has(_ needle: [UInt8], in bytes: [UInt8], at start: Int) -> Bool {
        guard bytes[start] == needle[0], start + needle.count <= bytes.count else { return false }
        var index = 1
        while index < needle.count {
            if bytes[start + index] != needle[index] { return false }
            index += 1
        }
        return true
    }

    private struct Shape: Sendable {
        let prefix: [UInt8]
        /// Characters that follow the prefix, at least.
        let length: Int
        let isHeader: Bool
        init(_ prefix: String, _ length: Int, isHeader: Bool = false) {
            self.prefix = Array(prefix.utf8)
            self.length = length
            self.isHeader = isHeader
        }
    }

    /// Prefixes that the vendors document for their keys.
    private static let shapes = [
        Shape("sk-", 16), Shape("sk_live_", 16), Shape("ghp_", 20), Shape("gho_", 20), Shape("ghu_", 20), Shape("ghs_", 20), Shape("ghr_", 20),
        Shape("github_pat_", 20), Shape("glpat-", 16), Shape("AKIA", 16), Shape("ASIA", 16), Shape("AIza", 30), Shape("xoxb-", 10),
        Shape("xoxp-", 10), Shape("xoxa-", 10), Shape("xoxs-", 10), Shape("xoxe-", 10), Shape("xapp-", 10), Shape("gsk_", 20), Shape("xai-", 20),
        Shape("hf_", 20), Shape("npm_", 30), Shape("pypi-", 20), Shape("dckr_pat_", 16), Shape("glrt-", 16), Shape("rk_live_", 16),
        Shape("sk_test_", 16), Shape("lin_api_", 20), Shape("ya29.", 20, isHeader: true), Shape("SG.", 40, isHeader: true),
        Shape("AGE-SECRET-KEY-1", 40), Shape("eyJ", 40, isHeader: true), Shape("Bearer ", 16, isHeader: true),
        Shape("bearer ", 16, isHeader: true),
    ]

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }

    private static func isToken(_ byte: UInt8) -> Bool { isWord(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") }

    private static func isHeaderToken(_ byte: UInt8) -> Bool { isToken(byte) || ".~+/=".utf8.contains(byte) }
}
