package import SystemPackage

// Names as bytes. A `String` would make two names of one (NFC and NFD), replace what is no UTF-8, and cost an allocation.

extension FilePath.Component {
    /// The name's bytes without a final zero, only valid in `body`.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withPlatformString { characters in
            var count = 0
            while characters[count] != 0 { count += 1 }
            return try body(UnsafeRawBufferPointer(start: characters, count: count))
        }
    }

    /// `nil` where the bytes are no single name of a file.
    init?(nameBytes bytes: [UInt8]) {
        let characters = bytes.map { CChar(bitPattern: $0) } + [0]
        guard !bytes.contains(0),
            let name = characters.withUnsafeBufferPointer({ $0.baseAddress.flatMap { FilePath.Component(platformString: $0) } }),
            name.kind == .regular
        else { return nil }
        self = name
    }
}

extension UnsafeRawBufferPointer {
    func starts(with text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        return count >= length && (0..<length).allSatisfy { self[$0] == text.utf8Start[$0] }
    }

    func ends(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount && UnsafeRawBufferPointer(rebasing: self[(count - text.utf8CodeUnitCount)...]).starts(with: text)
    }

    /// `text` is of small letters and blanks; only ASCII letters have two cases here.
    func startsIgnoringCase(with text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        return count >= length
            && (0..<length).allSatisfy { index in
                let byte = self[index]
                return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    ? byte | 0x20 == text.utf8Start[index] : byte == text.utf8Start[index]
            }
    }
}
