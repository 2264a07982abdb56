/// The name of a commit object: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
package struct CommitID: Hashable, Sendable, CustomStringConvertible {
    package let hex: String

    /// `nil` for anything but a whole object name.
    package init?(_ text: some StringProtocol) {
        guard ObjectName.isWhole(text) else { return nil }
        hex = String(text)
    }

    package var description: String { hex }
    /// The first twelve digits, for people.
    package var short: String { String(hex.prefix(12)) }
}
