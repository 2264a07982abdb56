/// What a sandbox asked for and was not given. Host and port are its own words: printable ASCII, cut.
package struct ProxyRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// Not on the allow-list.
        case notAllowed
        /// No exact name: an IP address in any spelling, a wildcard, a bare name.
        case notAName
        /// Neither 80 nor 443.
        case port
        /// It resolves to this machine or a private network, at that address.
        case privateAddress(String)
        /// It does not resolve, or nothing answers there.
        case unreachable(String)
        /// No request of HTTP that a proxy understands, or one that is not served.
        case malformed(String)
    }
    package let reason: Reason
    package let host: String
    package let port: Int

    package init(_ reason: Reason, host: String, port: Int) {
        self.reason = reason
        self.host = host.count > 120 ? host.prefix(119) + "…" : host
        self.port = port
    }

    /// `pypi.org:443`
    package var place: String { host.isEmpty ? "a request" : "\(host):\(port)" }

    package var description: String {
        switch reason {
        case .notAllowed: "\(place) was refused: it is not on the allow-list"
        case .notAName: "\(place) was refused: only hosts by their exact name are reached, never addresses"
        case .port: "\(place) was refused: only the ports 443 and 80 are reached"
        case .privateAddress(let address): "\(place) was refused: it is \(address), which lies in no public network"
        case .unreachable(let cause): "\(place) could not be reached: \(cause)"
        case .malformed(let what): "\(place) was refused: \(what)"
        }
    }

    var status: Int {
        switch reason {
        case .notAllowed, .notAName, .port, .privateAddress: 403
        case .unreachable: 502
        case .malformed: 400
        }
    }
}
