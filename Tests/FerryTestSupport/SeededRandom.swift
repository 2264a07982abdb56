/// A generator that repeats itself for a seed (SplitMix64), so that a failing case can be made again.
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Below `bound`, which is above 0.
    package mutating func number(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    package mutating func pick<Value>(_ values: [Value]) -> Value { values[number(values.count)] }

    /// Once in `times`.
    package mutating func chance(_ times: Int) -> Bool { number(times) == 0 }
}
