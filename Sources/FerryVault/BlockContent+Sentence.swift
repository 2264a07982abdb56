extension BlockContent.Piece {
    /// A sentence in which names stand between backticks, as in Ferry's messages: they become code spans, the rest text. A backtick without a
    /// partner is text. Wherever the sentence comes from, both kinds are made inert when they are rendered.
    package static func sentence(_ text: String) -> [BlockContent.Piece] {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
        var pieces: [BlockContent.Piece] = []
        for (number, part) in parts.enumerated() {
            let isCode = number % 2 == 1 && number < parts.count - 1
            if isCode, !part.allSatisfy(\.isWhitespace) {
                pieces.append(.code(part))
            } else if isCode || (number % 2 == 1) {
                pieces.append(.text("`" + part + (isCode ? "`" : "")))
            } else if !part.isEmpty {
                pieces.append(.text(part))
            }
        }
        return pieces
    }
}
