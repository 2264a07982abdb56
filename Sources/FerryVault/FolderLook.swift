internal import FerryModel
internal import FerrySystem
internal import SystemPackage

/// A folder to look at: all of it with what is below, or some names in it.
struct FolderLook: Sendable {
    var path: FilePath
    var state: FeatureState
    var depth: Int
    /// `nil`: everything, and the folders below.
    var names: Set<FilePath.Component>?
}

/// What a look at a folder found to be other than the index has it.
struct FolderFinding: Sendable {
    struct Found: Sendable {
        var nameStart: Int
        var nameLength: Int
        /// `nil` for a note that is new at its path.
        var place: UInt32?
        var stamp: FileStamp
        var kind: IndexRecord.Kind
        var peek = FrontMatterPeek()
        /// It vanished, or could not be told from its neighbours, between the look and the reading: left as it was.
        var isLost = false
    }

    var look: FolderLook
    var device: UInt64 = 0
    /// It is not there any more, nor anything below it.
    var isAbsent = false
    /// New and changed notes, in the order of their names.
    var found: [Found] = []
    /// The names of `found`, each followed by a zero byte.
    var names: [UInt8] = []
    var gone: [UInt32] = []
    var leftovers: [FilePath] = []
    /// Folders in it, where it was listed.
    var subfolders: [FilePath.Component] = []
    /// Notes that are where the index has them.
    var commonCount = 0

    /// Of the folder itself.
    let folderName: [UInt8]

    init(_ look: FolderLook) {
        self.look = look
        folderName = look.path.lastComponent?.bytes ?? []
    }

    func name(_ found: Found) -> ArraySlice<UInt8> { names[found.nameStart..<(found.nameStart + found.nameLength)] }

    mutating func add(_ name: UnsafeRawBufferPointer, _ place: UInt32?, _ stamp: FileStamp, _ kind: IndexRecord.Kind) {
        found.append(Found(nameStart: names.count, nameLength: name.count, place: place, stamp: stamp, kind: kind))
        names.append(contentsOf: name)
        names.append(0)
    }
}

/// The vault cannot be looked at now: nothing may be concluded.
struct VaultUnavailable: Error {}

/// Names as a look meets them.
enum EntryName {
    static let leftover = Array(".ferry-".utf8)

    static func isHidden(_ name: some Collection<UInt8>) -> Bool { name.first == UInt8(ascii: ".") }

    static func isLeftover(_ name: some Collection<UInt8>) -> Bool { name.starts(with: leftover) }

    static func isMarkdown(_ name: some BidirectionalCollection<UInt8>) -> Bool {
        var rest = name.reversed().makeIterator()
        guard let d = rest.next(), let m = rest.next(), let dot = rest.next() else { return false }
        return d | 0x20 == UInt8(ascii: "d") && m | 0x20 == UInt8(ascii: "m") && dot == UInt8(ascii: ".")
    }
}
