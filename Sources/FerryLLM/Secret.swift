/// A key. Neither printing, nor interpolating, nor dumping it shows it.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key itself, for the one header that carries it.
    package let exposed: String

    package init(_ exposed: String) { self.exposed = exposed }

    package var description: String { "••••" }
    package var debugDescription: String { "••••" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
