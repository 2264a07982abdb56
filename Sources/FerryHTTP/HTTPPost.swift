/// A request that posts bytes.
package struct HTTPPost: Sendable {
    /// An absolute `http` or `https` address.
    package let url: String
    /// The host as messages may name it.
    package let host: String
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(url: String, host: String, headers: [(name: String, value: String)], body: [UInt8]) {
        self.url = url
        self.host = host
        self.headers = headers
        self.body = body
    }
}
