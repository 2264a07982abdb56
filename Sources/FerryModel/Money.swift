/// US dollars, counted in whole millionths so that sums are exact.
package struct Money: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let microdollars: Int64

    package init(microdollars: Int64) { self.microdollars = microdollars }
    /// Rounded to the nearest millionth.
    package init(dollars: Double) { microdollars = Int64((dollars * 1_000_000).rounded()) }

    package static let zero = Money(microdollars: 0)
    package var dollars: Double { Double(microdollars) / 1_000_000 }

    /// Two decimals, four below one cent: `1.25`, `0.0042`, `0.00`.
    package var description: String {
        let digits: Int64 = microdollars != 0 && abs(microdollars) < 10_000 ? 4 : 2
        let unit: Int64 = digits == 4 ? 100 : 10_000
        let rounded = (abs(microdollars) + unit / 2) / unit
        let scale: Int64 = digits == 4 ? 10_000 : 100
        let fraction = String(rounded % scale)
        let padding = String(repeating: "0", count: Int(digits) - fraction.utf8.count)
        return (microdollars < 0 ? "-" : "") + "\(rounded / scale)." + padding + fraction
    }

    package static func < (left: Money, right: Money) -> Bool { left.microdollars < right.microdollars }
    package static func + (left: Money, right: Money) -> Money { Money(microdollars: left.microdollars + right.microdollars) }
    package static func - (left: Money, right: Money) -> Money { Money(microdollars: left.microdollars - right.microdollars) }
    package static func += (left: inout Money, right: Money) { left = left + right }
}
