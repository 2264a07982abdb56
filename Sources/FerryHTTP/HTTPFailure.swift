/// An exchange that gave no whole answer. Names the host, never headers or bodies.
package struct HTTPFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// The address or a header cannot be sent.
        case invalidRequest
        /// No connection: refused, unknown host, unreachable, or no answer to connecting in time.
        case unreachable
        /// The server's certificate was not accepted.
        case certificate
        /// The connection broke, or the server sent what is not HTTP.
        case broken
        /// A limit of `StreamTiming` passed in silence.
        case stalled
        /// The body is larger than `StreamTiming.bodyLimit`.
        case tooLarge
    }
    package let code: Code
    package let message: String
    package let remedy: String

    package init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    package var description: String { "\(message). \(remedy)" }
}
