internal import FerrySystem
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct ContentHashTests {
    /// From FIPS 180-4's example values, and the empty message.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `the published values come out`(message: String, digest: String) {
        #expect(ContentHash(of: Array(message.utf8)).description == digest)
    }

    @Test func `a million bytes in uneven pieces hash like the published value`() {
        var stream = ContentHash.Stream()
        var left = 1_000_000
        var piece = 1
        while left > 0 {
            let count = min(piece, left)
            stream.update(repeatElement(UInt8(ascii: "a"), count: count))
            left -= count
            piece = piece % 130 + 1
        }
        #expect(stream.finish().description == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func `looking at the hash does not end the stream`() {
        var stream = ContentHash.Stream()
        stream.update(Array("ab".utf8))
        _ = stream.finish()
        stream.update(Array("c".utf8))
        #expect(stream.finish() == ContentHash(of: Array("abc".utf8)))
    }

    @Test(arguments: ["", "ba78", String(repeating: "g", count: 64), String(repeating: "0", count: 65)])
    func `what is no digest is refused`(text: String) {
        #expect(ContentHash(hex: text) == nil)
    }

    @Test func `a digest reads back as it was printed`() {
        let hash = ContentHash(of: [0, 255])
        #expect(ContentHash(hex: hash.description) == hash)
    }
}
