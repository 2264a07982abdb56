internal import CFerryLinux

/// The SHA-256 of some bytes (FIPS 180-4). Used to tell content apart, never as a secret.
package struct ContentHash: Hashable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    package init(of content: some Collection<UInt8>) {
        var stream = Stream()
        stream.update(content)
        self = stream.finish()
    }

    /// Reads 64 hexadecimal digits, as `description` prints them; `nil` for anything else.
    package init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = Character(UnicodeScalar(digits[index])).hexDigitValue,
                let low = Character(UnicodeScalar(digits[index + 1])).hexDigitValue
            else { return nil }
            bytes.append(UInt8(high * 16 + low))
        }
        self.bytes = bytes
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    package var description: String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// Hashes content that arrives in pieces.
    package struct Stream: Sendable {
        private var state = ferry_sha256()

        package init() { ferry_sha256_init(&state) }

        /// Adds the next piece.
        package mutating func update(_ content: some Collection<UInt8>) {
            let done: Void? = content.withContiguousStorageIfAvailable { ferry_sha256_update(&state, $0.baseAddress, $0.count) }
            if done == nil {
                let copy = Array(content)
                ferry_sha256_update(&state, copy, copy.count)
            }
        }

        /// The hash of what has come so far; more may follow.
        package func finish() -> ContentHash {
            var digest = [UInt8](repeating: 0, count: 32)
            var last = state
            ferry_sha256_final(&last, &digest)
            return ContentHash(bytes: digest)
        }
    }
}
