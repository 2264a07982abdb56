/// Why the database could not do something. `message` names the file and says what to do.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// No space, or the disk reports errors: storage is sick; the database is whole.
        case storage
        /// The file is no database or is damaged.
        case corrupt
        /// Made by a newer Ferry.
        case tooNew
        /// A reader found no database, or one that only the service may bring up to date.
        case absent
        /// An attempt wrote that does not hold its job any more: nothing was changed.
        case superseded
        /// Anything else; a fault of Ferry.
        case failed
    }
    package let code: Code
    package let message: String
    /// What SQLite said.
    package let detail: String?
    package init(code: Code, message: String, detail: String? = nil) {
        self.code = code
        self.message = message
        self.detail = detail
    }
    package var description: String { message }
}
