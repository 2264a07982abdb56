/// A key. Neither printing, nor interpolating, nor dumping it shows it.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key itself, for the one header that carries it.
    package let exposed: String

    /// What it is called, for people.
    package let name: String?

    package init(_ exposed: String, name: String? = nil) {
        self.exposed = exposed
        self.name = name
    }

    /// One key is one key, whatever it is called.
    package static func == (left: Secret, right: Secret) -> Bool { left.exposed == right.exposed }
    package func hash(into hasher: inout Hasher) { hasher.combine(exposed) }

    package var description: String { "••••" }
    package var debugDescription: String { "••••" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
