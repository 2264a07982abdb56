internal import FerryModel

@testable internal import FerryPipeline

/// Short ways to write changes in tests.
extension ProposedChange {
    /// Files by path: text before and after; `nil` where the file is not there.
    init(_ files: KeyValuePairs<String, (String?, String?)>) {
        self.init(files.map { ChangedFile($0.key, $0.value.0, $0.value.1) })
    }
}

extension ChangedFile {
    init(_ path: String, _ before: String?, _ after: String?, mode: UInt32 = Mode.regular) {
        self.init(path, before.map { Array($0.utf8) }, after.map { Array($0.utf8) }, mode: mode)
    }

    init(_ path: String, _ before: [UInt8]?, _ after: [UInt8]?, mode: UInt32 = Mode.regular) {
        self.init(
            pathBytes: Array(path.utf8), kind: before == nil ? .added : after == nil ? .deleted : .modified,
            before: before.map { FileContent($0) } ?? .absent, after: after.map { FileContent($0) } ?? .absent,
            oldMode: before == nil ? 0 : Mode.regular, newMode: after == nil ? 0 : mode)
    }
}

func patterns(_ texts: String...) -> [PathPattern] { texts.compactMap { PathPattern($0) } }

/// Made-up keys, put together here so that no scanner of this repository takes them for real ones.
enum MadeUp {
    static let gitHubToken = "ghp" + "_" + "Zk3vQ9xT1bLw7RfYc2NpUe8JhGa5MdKs4VoX"
    static let awsKey = "AKI" + "A" + "QW3E7RTY5UIPL9KM"
    static let anthropicKey = "sk-" + "ant-api03-" + "fJ2kLmN8pQrStUvWxYz1-aBcDeFgHiJk_Q"
    static let base64 = "MIIEowIBAAKCAQEAx7Vt2n9QeK4mP0sLwZ3uYb8RfTgHdJc5NqXoEi"
    static let random = "q7Rt" + "9ZpLx2" + "VwKc4Mn8Js"
    static let webToken = "eyJ" + "hbGciOiJIUzI1NiJ9a." + "eyJ" + "zdWIiOiI5ODc2NTQzMjE." + "S7Qk2mVxT9LwPzR4NcYb8GdJ"
}
