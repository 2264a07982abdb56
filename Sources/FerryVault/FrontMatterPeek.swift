internal import FerryModel
internal import FerrySystem

/// What the index keeps of a note's front matter.
struct FrontMatterPeek: Hashable, Sendable {
    /// As `IndexShared.packed`; 0 without an id.
    var prefix: UInt64 = 0
    var number: UInt32 = 0
    var digits: UInt8 = 0
    /// Counted from 1 in `FeatureState.allCases`; 0 for none.
    var status: UInt8 = 0
    var isExcluded = false

    init() {}

    mutating func setID(_ id: FeatureID) {
        prefix = IndexShared.packed(id.prefix.utf8)
        number = UInt32(id.number)
        digits = UInt8(id.digits)
    }

    mutating func setStatus(_ state: FeatureState) { status = UInt8((FeatureState.allCases.firstIndex(of: state) ?? -1) + 1) }
}

/// Reads id, status and exclusion from the start of a note, and is of one mind with `FeatureNote`: a scan over the bytes reads the common shapes
/// and gives up at the first it is not sure of; then the real parser reads.
struct FrontMatterPeeker: Sendable {
    /// How much of a note is read at first.
    static let firstRead = 8 << 10
    /// How much at most: front matter above `NoteBytes.frontMatterLimit` is none.
    static let lastRead = NoteBytes.frontMatterLimit + (64 << 10)

    private let prefix: String
    private let idKey: [UInt8]
    private let statusKey: [UInt8]

    /// `prefix` is the setting `property_prefix`.
    init(prefix: String) {
        self.prefix = prefix
        idKey = Array("\(prefix)id".utf8)
        statusKey = Array("\(prefix)status".utf8)
    }

    /// `nil` where the bytes are not the whole note and more of them are needed to tell.
    func peek(_ bytes: UnsafeRawBufferPointer, isWhole: Bool) -> FrontMatterPeek? {
        var scan = QuickScan(bytes, isWhole: isWhole, idKey: idKey, statusKey: statusKey)
        switch scan.run() {
        case .sure: return scan.found
        case .more: return nil
        case .unsure: return parse(bytes, isWhole: isWhole)
        }
    }

    /// The real parser's word.
    func parse(_ bytes: UnsafeRawBufferPointer, isWhole: Bool) -> FrontMatterPeek? {
        // A line that was cut off might be read as a fence.
        let end = isWhole ? bytes.count : (bytes.lastIndex(of: .lineFeed).map { $0 + 1 } ?? 0)
        let note = NoteBytes(Array(bytes[..<end]))
        if !isWhole, note.frontMatter?.endsInDots ?? (note.oddity == .unclosed || end == 0) { return nil }
        var peek = FrontMatterPeek()
        var reader = NoteReader(note, path: "", isStrict: false)
        if let id = reader.text("\(prefix)id").flatMap({ FeatureID($0) }) { peek.setID(id) }
        if let state = reader.text("\(prefix)status").flatMap({ FeatureState(spelling: $0) }) { peek.setStatus(state) }
        peek.isExcluded = FeatureNote.exclusion(byFrontMatterOf: note) != nil
        return peek
    }
}
