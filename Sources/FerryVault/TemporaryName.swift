internal import SystemPackage

/// The names of a file that is to become, or was, a note: hidden from editors and from Ferry's own look, and short, because a note's name may be
/// as long as names can be. What bears `unfinished` is Ferry's alone; what bears `name` is whole, and after an exchange it is the person's.
struct TemporaryName: Hashable, Sendable {
    let digits: String
    let name: FilePath.Component
    let unfinished: FilePath.Component

    init() {
        let text = String(UInt64.random(in: .min ... .max), radix: 16)
        self.init(digits: String(repeating: "0", count: 16 - text.count) + text)
    }

    init?(_ name: FilePath.Component) {
        let text = name.string
        guard text.hasPrefix(Self.prefix) else { return nil }
        let digits = text.dropFirst(Self.prefix.count).prefix(16)
        guard digits.count == 16, digits.allSatisfy(\.isHexDigit) else { return nil }
        self.init(digits: String(digits))
        guard name == self.name || name == unfinished else { return nil }
    }

    private init(digits: String) {
        self.digits = digits
        name = Self.component(Self.prefix + digits)
        unfinished = Self.component(Self.prefix + digits + ".part")
    }

    private static let prefix = ".ferry-"

    private static func component(_ name: String) -> FilePath.Component {
        guard let component = FilePath.Component(name) else { preconditionFailure("\(name) is a file's name") }
        return component
    }
}
