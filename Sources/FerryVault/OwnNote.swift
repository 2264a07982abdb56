internal import FerrySystem

/// A note that only Ferry writes ends with a seal: an invisible line with the hash of all that stands above it. So a person's edit is told from
/// Ferry's own text by the note alone, after a copy, a sync or the loss of the database too.
enum OwnNote {
    // `<!-- ferry:sealed `, 64 digits, ` -->` and a line end.
    private static let opening = Array("<!-- ferry:sealed ".utf8)
    private static let closing = Array(" -->\n".utf8)
    private static let length = opening.count + 64 + closing.count

    static func sealed(_ content: [UInt8]) -> [UInt8] {
        let whole = content.last == UInt8(ascii: "\n") || content.isEmpty ? content : content + [UInt8(ascii: "\n")]
        return whole + opening + Array(ContentHash(of: whole).description.utf8) + closing
    }

    /// Whether all of it is Ferry's.
    static func isSealed(_ note: [UInt8]) -> Bool {
        note.count >= length && sealed(Array(note.dropLast(length))) == note
    }
}
