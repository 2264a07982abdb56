/// A value as YAML has it, with its line in the file. Numbers and booleans are still text: the key decides how its value is read.
package struct NoteValue: Hashable, Sendable {
    package indirect enum Content: Hashable, Sendable {
        /// Nothing, `~` or `null`.
        case empty
        case text(String)
        case list([NoteValue])
        case map([Pair])
    }

    package struct Pair: Hashable, Sendable {
        package let key: String
        package let line: Int
        package let value: NoteValue
    }

    package let line: Int
    package let content: Content

    /// What a message calls the value: the text itself, `a list`, `a map`, `empty`.
    var shown: String {
        switch content {
        case .empty: "empty"
        case .text(let text): "`\(InertText.excerpt(text, limit: 60))`"
        case .list: "a list"
        case .map: "a map"
        }
    }
}
