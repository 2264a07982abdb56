/// What the server has seen so far.
package struct WireLog: Sendable {
    /// A request that was answered with 400 (401, 404), and why.
    package struct Refusal: Sendable, CustomStringConvertible {
        package let request: Int
        package let complaints: [String]
        package var description: String { "request \(request): " + complaints.joined(separator: "; ") }
    }

    /// All requests, refused ones too.
    package internal(set) var requests: [WireRequest] = []
    package internal(set) var refusals: [Refusal] = []
    /// Requests whose client hung up before the answer's end.
    package internal(set) var hangUps: [Int] = []
    /// Requests whose answer was sent to its end.
    package internal(set) var answered: [Int] = []
}
