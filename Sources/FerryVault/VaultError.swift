/// A failure of the vault as a whole, or of one path in it. What is wrong inside a note is a `NoteFault`.
package struct VaultError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// The vault's folder is not there, is empty, or cannot be read: nothing may be concluded about its notes.
        case unavailable
        /// A path that lies outside the vault or leads through a link.
        case outside
        /// The file system refused.
        case failed
    }

    package let code: Code
    /// A sentence with the path.
    package let message: String
    package let remedy: String

    package init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    package var description: String { "\(message); \(remedy)" }
}
