internal import FerrySystem
internal import Testing

/// FIPS 180-4 with the example messages of NIST ("SHA256.pdf", cryptographic standards and guidelines, examples with intermediate values).
@Suite(.timeLimit(.minutes(1)))
struct ContentHashTests {
    static let vectors: [(content: [UInt8], hash: String)] = [
        ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            Array("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu".utf8),
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
        ([UInt8](repeating: 0x61, count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ]

    @Test(arguments: vectors)
    func `the examples of NIST come out`(content: [UInt8], hash: String) {
        #expect(ContentHash(of: content).description == hash)
    }

    @Test(arguments: [1, 55, 56, 63, 64, 65, 1000])
    func `content in pieces hashes as in one`(piece: Int) {
        for (content, hash) in Self.vectors.prefix(4) {
            var stream = ContentHash.Stream()
            for start in stride(from: 0, to: content.count, by: piece) { stream.update(content[start..<min(start + piece, content.count)]) }
            #expect(stream.finish().description == hash)
        }
    }

    @Test func `every length around a block is told from its neighbours, in one piece or byte by byte`() {
        var seen: Set<ContentHash> = []
        for length in 0...200 {
            let content = [UInt8](repeating: 7, count: length)
            var stream = ContentHash.Stream()
            for byte in content { stream.update(CollectionOfOne(byte)) }
            #expect(stream.finish() == ContentHash(of: content))
            seen.insert(ContentHash(of: content))
        }
        #expect(seen.count == 201)
    }

    @Test func `a collection without storage of its own hashes as its bytes, and a hash taken midway changes nothing`() {
        var stream = ContentHash.Stream()
        stream.update("ab".utf8)
        #expect(stream.finish() == ContentHash(of: Array("ab".utf8)))
        stream.update((99...99).map(UInt8.init).lazy.map { $0 })
        #expect(stream.finish() == ContentHash(of: Array("abc".utf8)))
    }

    @Test func `a hash is read back from its digits, and from nothing else`() {
        let hash = ContentHash(of: Array("abc".utf8))
        #expect(ContentHash(hex: hash.description) == hash)
        #expect(ContentHash(hex: hash.description.uppercased()) == hash)
        for text in ["", "ba78", hash.description + "0", String(repeating: "g", count: 64), String(repeating: "é", count: 32)] {
            #expect(ContentHash(hex: text) == nil)
        }
    }
}
