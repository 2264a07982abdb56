package import SystemPackage

/// Why Ferry keeps a second version of a note beside it: the person decides, Ferry shows the copy and never runs it.
package enum KeptCopy: String, CaseIterable, Sendable {
    /// A stale buffer, saved where Ferry had moved the note away from, that could not be merged.
    case lateSave = "late save"
    /// A version that was on the way when Ferry was killed.
    case recovered = "ferry recovered"
    /// What a person wrote into a file or a place that is Ferry's.
    case yourEdit = "your edit"

    /// `note (late save).md`, then `note (late save 2).md`, … for a note's name (its bytes are kept; of one that is too long for a file name, NAME_MAX
    /// 255 bytes, the end is left out).
    package func name(for note: FilePath.Component, number: Int = 1) -> FilePath.Component {
        let ending = Array((number == 1 ? " (\(rawValue)).md" : " (\(rawValue) \(number)).md").utf8)
        var bytes = note.withBytes { Array(NoteName.stem($0) ?? $0) }
        while bytes.count + ending.count > 255 {
            // Whole characters: the bytes after the first of one are 10xxxxxx.
            while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
        }
        return FilePath.Component(nameBytes: bytes + ending) ?? note
    }

    /// Whether a name that goes on so after `(` is one of these: the words, then the end or a number or date.
    func begins(_ rest: UnsafeRawBufferPointer) -> Bool {
        let words = rawValue.utf8
        guard rest.count > words.count, rest.starts(with: words) else { return false }
        return [UInt8(ascii: ")"), UInt8(ascii: " ")].contains(rest[words.count])
    }
}
