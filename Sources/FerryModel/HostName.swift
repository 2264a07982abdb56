/// An exact DNS name, in lower case: what allow-lists hold and what requests are compared with. One parser for both, so that nothing means one
/// thing to the list and another to the resolver.
///
/// No address in any spelling is one (`127.0.0.1`, `2130706433`, `0x7f.1`, `::1`), nor a name with a wildcard, a blank, a percent sign, a NUL or a
/// final dot, nor a bare one such as `localhost`.
package struct HostName: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        // RFC 1035, section 2.3.4.
        guard (1...253).contains(bytes.count) else { return nil }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count > 1, labels.allSatisfy(Self.isLabel), let last = labels.last, !Self.isNumber(last) else { return nil }
        self.text = String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
    }

    /// Letters, digits and hyphens inside (RFC 1123, section 2.1).
    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        let isEnd: (UInt8?) -> Bool = { $0.map(isLetterOrDigit) ?? false }
        return (1...63).contains(label.count) && isEnd(label.first) && isEnd(label.last)
            && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// A last part such as `1` or `0x7f` makes resolvers read the whole as an IPv4 address (WHATWG URL, "ends in a number").
    private static func isNumber(_ label: ArraySlice<UInt8>) -> Bool {
        if label.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
        return label.starts(with: [0x30, 0x78]) || label.starts(with: [0x30, 0x58])
    }

    package var description: String { text }
}
