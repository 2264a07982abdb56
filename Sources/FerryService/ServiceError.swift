/// Why a vault cannot be served at all.
package struct ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// No vault here, or settings that a person must mend first.
        case configuration
        /// Another process serves this vault.
        case alreadyRunning
        /// Another machine serves this vault.
        case servedElsewhere
        /// Ferry's own folders or database cannot be used.
        case storage
    }
    package let code: Code
    package let message: String
    package let remedy: String
    package init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }
    package var description: String { message + " " + remedy }
}
