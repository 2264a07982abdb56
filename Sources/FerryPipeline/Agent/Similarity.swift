/// How alike two short texts are: the share of byte pairs that they have in common (Sørensen–Dice), from 0 to 1.
struct Similarity {
    private let pairs: [UInt16: Int]
    private let count: Int

    init(to text: some Sequence<UInt8>) {
        var pairs: [UInt16: Int] = [:]
        var count = 0
        var last: UInt8 = 0
        for byte in text {
            pairs[UInt16(last) << 8 | UInt16(byte), default: 0] += 1
            last = byte
            count += 1
        }
        self.pairs = pairs
        self.count = count
    }

    func score(of other: some Sequence<UInt8>) -> Double {
        var left = pairs
        var common = 0
        var length = 0
        var last: UInt8 = 0
        for byte in other {
            let pair = UInt16(last) << 8 | UInt16(byte)
            if let rest = left[pair], rest > 0 {
                left[pair] = rest - 1
                common += 1
            }
            last = byte
            length += 1
        }
        return count + length == 0 ? 1 : Double(2 * common) / Double(count + length)
    }
}
