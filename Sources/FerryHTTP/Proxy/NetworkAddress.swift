internal import Glibc

/// An IP address that a name was resolved to: 4 or 16 bytes, in network order.
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]
    package let port: Int

    package init(_ bytes: [UInt8], port: Int) {
        precondition(bytes.count == 4 || bytes.count == 16, "an IP address has 4 or 16 bytes")
        self.bytes = bytes
        self.port = port
    }

    /// Reads `203.0.113.7` or `2001:db8::1`; no other spelling.
    package init?(_ text: String, port: Int) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(Array(bytes.prefix(4)), port: port)
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.init(bytes, port: port)
        } else {
            return nil
        }
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: 64)
        guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether it belongs to the public Internet: no loopback, link-local, private, shared, multicast or reserved range, in whichever wrapping.
    /// Source: the IANA registries of special-purpose addresses (RFC 6890 and its successors).
    package var isPublic: Bool { bytes.count == 4 ? Self.isPublic4(bytes[...]) : isPublic6 }

    private static func isPublic4(_ address: ArraySlice<UInt8>) -> Bool {
        let value = address.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return !special4.contains { value >> (32 - $0.bits) == $0.prefix >> (32 - $0.bits) }
    }

    private static let special4: [(prefix: UInt32, bits: UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12), (0xC000_0000, 24),
        (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 4),
        (0xF000_0000, 4),
    ]

    private var isPublic6: Bool {
        // NAT64 (RFC 6052): the address behind it decides.
        if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return Self.isPublic4(bytes[12...]) }
        // Only 2000::/3 is assigned to the Internet; in it lie Teredo and other protocols' (2001::/23), examples, and 6to4.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        if bytes[0] == 0x20, bytes[1] == 0x01 {
            if bytes[2] & 0xFE == 0 { return false }
            if bytes[2] == 0x0D, bytes[3] == 0xB8 { return false }
        }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return false }
        return !(bytes[0] == 0x3F && bytes[1] == 0xFF && bytes[2] & 0xF0 == 0)
    }
}
