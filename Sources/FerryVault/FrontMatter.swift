/// The block between the `---` lines at the top of a note, cut into its top-level entries by bytes.
package struct FrontMatter: Hashable, Sendable {
    /// A key with everything that belongs to it. Comments and blank lines behind the value belong to nothing.
    package struct Entry: Hashable, Sendable {
        package let key: String
        /// The line of the key in the file, from 1.
        package let line: Int
        /// All bytes of the entry, whole lines.
        let lines: Range<Int>
        /// After the colon.
        let afterColon: Int
        /// The value on the key's own line, without the blanks around it and without a comment; empty if nothing stands there.
        let inline: Range<Int>
        let shape: Shape
    }

    /// How a value is written. Only the first three are replaced by a splice.
    enum Shape: Hashable, Sendable {
        case empty
        case plain
        case quoted(UInt8)
        /// `[…]`, `{…}`, a list or a map on the lines below, a block scalar, or a scalar over several lines.
        case compound
        /// An anchor, alias or tag.
        case indirect
        /// Nested so deep that only an attack writes it.
        case tooDeep
    }

    /// A line that is no entry and no part of one.
    struct Oddity: Hashable, Sendable {
        enum Kind: Hashable, Sendable { case flow, explicitKey, escapedKey, directive, documentEnd, tab, stray }
        let line: Int
        let kind: Kind
    }

    package let entries: [Entry]
    let oddities: [Oddity]
    /// Anchors, aliases and tags.
    let indirections: [Range<Int>]
    /// The line of a key whose quotes or brackets are still open at the closing fence.
    let openLine: Int?
    /// Between the fences.
    let content: Range<Int>
    /// The line of the file on which the content begins.
    let firstLine: Int
    /// The closing fence with its line end.
    let closing: Range<Int>
    /// The closing fence is `...`: read, never written to.
    let endsInDots: Bool

    /// The entries of this key; more than one is the note's fault.
    package func entries(named key: String) -> [Entry] { entries.filter { $0.key == key } }
}
