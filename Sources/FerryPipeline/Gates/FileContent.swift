/// What one side of a changed file holds, as far as a gate can read it.
package enum FileContent: Hashable, Sendable {
    /// The file is not there on this side.
    case absent
    case text(SourceText)
    /// A NUL byte among the first 8,000 bytes, which is how git tells binary files. `start` is at most the first 16 bytes.
    case binary(start: [UInt8], bytes: Int)
    /// Text that is too long to look through.
    case tooLong(bytes: Int)

    /// Text above this many bytes is not looked through.
    package static let longestText = 2 << 20

    /// Tells text from binary as git does (`buffer_is_binary` in git's xdiff-interface.c).
    package init(_ bytes: [UInt8], longestText: Int = FileContent.longestText) {
        if bytes.prefix(8000).contains(0) {
            self = .binary(start: Array(bytes.prefix(16)), bytes: bytes.count)
        } else if bytes.count > longestText {
            self = .tooLong(bytes: bytes.count)
        } else {
            self = .text(SourceText(bytes))
        }
    }

    /// The text, or `nil` for anything else.
    package var text: SourceText? { if case .text(let text) = self { text } else { nil } }

    package var isBinary: Bool { if case .binary = self { true } else { false } }
}
