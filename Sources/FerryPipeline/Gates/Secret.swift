internal import Glibc

/// Something in a line that should not be committed: what kind it is, and never its value.
struct Secret: Hashable, Sendable {
    /// With its article: `a GitHub token`.
    let name: String
    /// In the format of an issuer whose service it opens; test suites make their own keys and tokens of all other kinds.
    let hasKnownShape: Bool

    /// Lines above this length are data or minified code; only their known shapes are looked for.
    private static let longestAssignment = 400

    /// `nil` where the line holds none. `next` is the line after it, for keys that begin on a line of their own.
    init?(in line: ArraySlice<UInt8>, next: ArraySlice<UInt8>) {
        // Neither keys nor the passwords looked for are shorter: most lines are done here.
        let longestWord = line.split { !SecretPattern.Alphabet.dotted.contains($0) }.map(\.count).max() ?? 0
        guard longestWord >= 8 else { return nil }
        if longestWord >= 19, let pattern = Self.knownShape(in: line) {
            self.init(name: pattern.name, hasKnownShape: true)
        } else if Self.beginsPrivateKey(line, next: next) {
            self.init(name: "a private key", hasKnownShape: false)
        } else if Self.holdsWebToken(line) {
            self.init(name: "a signed web token", hasKnownShape: false)
        } else if Self.holdsAddressWithPassword(line) {
            self.init(name: "an address with a password", hasKnownShape: false)
        } else if line.count <= Self.longestAssignment, Self.assignsRandomValue(line) {
            self.init(name: "a secret (a random value in an assignment that names one)", hasKnownShape: false)
        } else {
            return nil
        }
    }

    private init(name: String, hasKnownShape: Bool) {
        self.name = name
        self.hasKnownShape = hasKnownShape
    }

    private static func knownShape(in line: ArraySlice<UInt8>) -> SecretPattern? {
        SecretPattern.all.first { $0.firstMatch(in: line).map { !isPlaceholder($0) } ?? false }
    }

    /// The header alone is no key (code that looks for keys names it); base64 must follow, on the line or the next.
    private static func beginsPrivateKey(_ line: ArraySlice<UInt8>, next: ArraySlice<UInt8>) -> Bool {
        guard let begin = line.firstRange(of: Array("-----BEGIN ".utf8)),
            let end = line[begin.upperBound...].firstRange(of: Array("PRIVATE KEY".utf8))
        else { return false }
        let after = line[end.upperBound...]
        return longestBase64(after) >= 40 || longestBase64(next.trimmed) >= 40
    }

    private static func longestBase64(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.split { !SecretPattern.Alphabet.letters.contains($0) && $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") }.map(\.count).max() ?? 0
    }

    /// `eyJ….eyJ….signature` (RFC 7519 in compact form).
    private static func holdsWebToken(_ line: ArraySlice<UInt8>) -> Bool {
        line.split { !SecretPattern.Alphabet.dotted.contains($0) }.contains { word in
            let parts = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            return parts.count == 3 && parts[0].starts(with: "eyJ".utf8) && parts[1].starts(with: "eyJ".utf8)
                && parts.allSatisfy { $0.count >= 16 } && !isPlaceholder(word)
        }
    }

    /// `scheme://user:password@host` with a password that is more than a word for one.
    private static func holdsAddressWithPassword(_ line: ArraySlice<UInt8>) -> Bool {
        guard let scheme = line.firstRange(of: Array("://".utf8)), scheme.lowerBound > line.startIndex else { return false }
        let authority = line[scheme.upperBound...].prefix { !" /\"'`<>,;)".utf8.contains($0) }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")), let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":"))
        else { return false }
        let password = authority[(colon + 1)..<at]
        let host = authority[(at + 1)...].text
        let isLocal = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"].contains(where: host.hasPrefix) || host.contains("example.")
        return password.count >= 8 && !isLocal && !isPlaceholder(password) && password.contains(where: isDigit) && password.contains(where: isLetter)
    }

    /// Looks at every `=` and `:` of the line, so that named arguments and one-line objects are seen as well.
    private static func assignsRandomValue(_ line: ArraySlice<UInt8>) -> Bool {
        line.indices.contains { index in
            guard line[index] == UInt8(ascii: "=") || line[index] == UInt8(ascii: ":") else { return false }
            return namesSecret(line[..<index]) && isRandom(value(line[(index + 1)...]))
        }
    }

    private static func namesSecret(_ key: ArraySlice<UInt8>) -> Bool {
        let name = key.suffix(60).text.lowercased().filter(\.isLetter)
        let words = [
            "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey", "secretkey", "signingkey", "encryptionkey",
            "authkey", "credential",
        ]
        return words.contains(where: name.hasSuffix)
    }

    /// The first quoted string, with at most a type before it; or the bare word where nothing but a comment follows it.
    private static func value(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let text = text.drop { $0 == UInt8(ascii: "=") }.trimmed
        if let open = text.firstIndex(where: "\"'`".utf8.contains) {
            let before = text[..<open]
            guard before.allSatisfy({ isLetter($0) || " =?|".utf8.contains($0) }) else { return [] }
            return text[(open + 1)...].prefix { $0 != text[open] }
        }
        let word = text.prefix { $0 != UInt8(ascii: " ") }
        let rest = text[word.endIndex...].trimmed
        return rest.isEmpty || rest.first == UInt8(ascii: "#") ? word : []
    }

    /// Long enough, of letters and digits in one word, with more bits in a character than words and counters have.
    private static func isRandom(_ value: ArraySlice<UInt8>) -> Bool {
        guard (16...200).contains(value.count), value.contains(where: isDigit), value.contains(where: isLetter) else { return false }
        // Calls, templates, paths and sentences are no values.
        guard value.allSatisfy({ SecretPattern.Alphabet.letters.contains($0) || "+/=-_!@%^&*#~".utf8.contains($0) }) else { return false }
        guard !isPlaceholder(value), !looksLikeWords(value) else { return false }
        let isHex = value.allSatisfy { SecretPattern.Alphabet.hex.contains($0) }
        return isHex ? value.count >= 32 && entropy(value) >= 3.0 : entropy(value) >= 3.5
    }

    /// `access_token_2`, `projects/blue/v1`: words of letters with at most a number between separators.
    private static func looksLikeWords(_ value: ArraySlice<UInt8>) -> Bool {
        value.split { "-_/.=+".utf8.contains($0) }.allSatisfy { part in
            part.allSatisfy(isDigit) || part.allSatisfy(isLetter) || part.count <= 4
        }
    }

    /// Shannon's entropy in bits for each byte.
    private static func entropy(_ value: ArraySlice<UInt8>) -> Double {
        var counts: [UInt8: Int] = [:]
        for byte in value { counts[byte, default: 0] += 1 }
        let total = Double(value.count)
        return counts.values.reduce(0) { $0 - Double($1) / total * log2(Double($1) / total) }
    }

    private static func isPlaceholder(_ value: ArraySlice<UInt8>) -> Bool {
        let text = value.text.lowercased()
        let words = [
            "example", "placeholder", "changeme", "change-me", "change_me", "your", "dummy", "redacted", "xxxx", "0123456789", "1234567890abc",
        ]
        // One character again and again, as in `ghp_aaaaaaaa…`.
        return words.contains(where: text.contains) || Set(value.suffix(16)).count <= 3
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { SecretPattern.Alphabet.letters.contains(byte) && !isDigit(byte) }
}
