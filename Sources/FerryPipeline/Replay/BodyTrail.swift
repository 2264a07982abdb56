internal import FerrySystem

/// How much of each request is the beginning of the one before, without keeping that one: conversations only grow, and 200 agents have one each.
struct BodyTrail: Hashable, Sendable {
    static let blockSize = 2048
    private var blocks: [ContentHash] = []

    /// Bytes that this body and the last one have in common at their beginning: whole blocks, cut back to where a character begins.
    mutating func follow(_ body: [UInt8]) -> Int {
        let fresh = stride(from: 0, to: body.count / Self.blockSize * Self.blockSize, by: Self.blockSize).map {
            ContentHash(of: body[$0..<$0 + Self.blockSize])
        }
        var shared = zip(blocks, fresh).prefix { $0 == $1 }.count * Self.blockSize
        blocks = fresh
        while shared > 0, shared < body.count, body[shared] & 0xC0 == 0x80 { shared -= 1 }
        return shared
    }
}
