/// The name of a tree object: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
package struct TreeID: Hashable, Sendable, CustomStringConvertible {
    package let hex: String

    /// `nil` for anything but a whole object name.
    package init?(_ text: some StringProtocol) {
        guard ObjectName.isWhole(text) else { return nil }
        hex = String(text)
    }

    package var description: String { hex }
}
