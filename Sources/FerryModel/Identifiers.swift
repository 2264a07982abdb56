/// A feature's number in the vault: one to eight capital letters, a dash, one to nine digits (`FR-012`).
package struct FeatureID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let prefix: String
    package let number: Int
    /// How many digits the spelling had; shown are three at least.
    package let digits: Int
    /// The highest number that counts for the next one. A number of nine digits is some person's own: after the last of them no id could be given.
    package static let highestCounted = 99_999_999

    /// `nil` for anything but the pattern. `FR-12` and `FR-012` are the same feature; the longer spelling is for display.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...8).contains(parts[0].utf8.count), (1...9).contains(parts[1].utf8.count),
            parts[0].utf8.allSatisfy({ (65...90).contains($0) }), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int(parts[1])
        else { return nil }
        self.prefix = String(parts[0])
        self.number = number
        self.digits = parts[1].utf8.count
    }

    package init(number: Int, prefix: String = "FR", digits: Int = 3) {
        self.prefix = prefix
        self.number = number
        self.digits = digits
    }

    /// The highest number of those with the prefix that count for the next one; 0 where there is none.
    package static func highestNumber(among ids: some Sequence<FeatureID>, prefix: String) -> Int {
        ids.lazy.filter { $0.prefix == prefix && $0.number <= highestCounted }.map(\.number).max() ?? 0
    }

    package var description: String {
        let text = String(number)
        return prefix + "-" + String(repeating: "0", count: max(0, max(digits, 3) - text.utf8.count)) + text
    }

    package static func == (left: FeatureID, right: FeatureID) -> Bool {
        left.prefix == right.prefix && left.number == right.number
    }
    package func hash(into hasher: inout Hasher) {
        hasher.combine(prefix)
        hasher.combine(number)
    }
    package static func < (left: FeatureID, right: FeatureID) -> Bool { (left.prefix, left.number) < (right.prefix, right.number) }
}

/// The name of a repository note in `80_repositories/` (its file name without `.md`).
package struct RepositoryName: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }
}

/// A run of a feature, counted from 1 within the feature.
package struct RunNumber: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: Int
    package init(_ rawValue: Int) { self.rawValue = rawValue }
    package var description: String { String(rawValue) }
    package static func < (left: RunNumber, right: RunNumber) -> Bool { left.rawValue < right.rawValue }
}
