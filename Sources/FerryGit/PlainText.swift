/// Which characters of foreign text must not reach a terminal, a log or a commit message.
enum PlainText {
    /// Controls (line ends included), bidirectional and zero-width marks, tags, private use and noncharacters.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
        default: false
        }
    }
}
