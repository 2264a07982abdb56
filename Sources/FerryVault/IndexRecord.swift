internal import FerryModel
internal import FerrySystem
internal import SystemPackage

/// A note in the index: 56 bytes, and its name.
struct IndexRecord: Hashable, Sendable {
    enum Kind: UInt8, Sendable { case note, conflictCopy, excluded, unreadable }

    var inode: UInt64
    var size: Int64
    var modified: Int64
    var changed: Int64
    /// In the names beside it.
    var nameStart: UInt32 = 0
    var folder: UInt32 = 0
    /// Of the id; its prefix is that of `IndexShared.prefixes`, counted from 1, 0 for no id.
    var number: UInt32 = 0
    var prefix: UInt32 = 0
    /// That of `IndexShared.devices`.
    var device: UInt16 = 0
    var nameLength: UInt8 = 0
    var digits: UInt8 = 0
    var kind: Kind = .note
    /// Counted from 1 in `FeatureState.allCases`; 0 for none.
    var status: UInt8 = 0
    /// A write in the same clock tick would not show in the stamp: look into the file again.
    var isFresh = false

    var nameRange: Range<Int> { Int(nameStart)..<(Int(nameStart) + Int(nameLength)) }
    /// Two notes with the same id have the same key; `nil` without an id.
    var idKey: UInt64? { prefix == 0 ? nil : UInt64(prefix) << 32 | UInt64(number) }

    init(_ stamp: FileStamp) {
        inode = stamp.inode
        size = stamp.size
        modified = stamp.modified
        changed = stamp.changed
    }

    /// Same file, same version; the device is compared by folder.
    func bears(_ stamp: FileStamp) -> Bool {
        inode == stamp.inode && size == stamp.size && modified == stamp.modified && changed == stamp.changed
    }
}

/// What many records share: id prefixes and devices, each kept once.
struct IndexShared: Sendable {
    /// Up to eight capital letters, the first one lowest.
    private(set) var prefixes: [UInt64] = []
    private(set) var devices: [UInt64] = []
    private var prefixNumbers: [UInt64: UInt32] = [:]
    private var deviceNumbers: [UInt64: UInt16] = [:]

    /// From 1.
    mutating func number(ofPrefix prefix: UInt64) -> UInt32 {
        if let known = prefixNumbers[prefix] { return known }
        prefixes.append(prefix)
        prefixNumbers[prefix] = UInt32(prefixes.count)
        return UInt32(prefixes.count)
    }

    func knownNumber(ofPrefix prefix: UInt64) -> UInt32? { prefixNumbers[prefix] }

    mutating func number(ofDevice device: UInt64) -> UInt16 {
        if let known = deviceNumbers[device] { return known }
        // More file systems than this under one vault are told apart no more; their inodes still are.
        guard devices.count < Int(UInt16.max) else { return 0 }
        devices.append(device)
        deviceNumbers[device] = UInt16(devices.count - 1)
        return UInt16(devices.count - 1)
    }

    func device(_ record: IndexRecord) -> UInt64 { Int(record.device) < devices.count ? devices[Int(record.device)] : 0 }

    func id(_ record: IndexRecord) -> FeatureID? {
        guard record.prefix > 0, Int(record.prefix) <= prefixes.count else { return nil }
        return FeatureID(number: Int(record.number), prefix: Self.text(prefixes[Int(record.prefix) - 1]), digits: Int(record.digits))
    }

    func note(_ record: IndexRecord, _ name: ArraySlice<UInt8>, _ folder: FilePath, _ state: FeatureState) -> IndexedNote {
        let path = FilePath.Component(nameBytes: Array(name)).map { folder.appending($0) } ?? folder
        let kind: IndexedNote.Kind =
            switch record.kind {
            case .note: .note
            case .conflictCopy: if case .conflictCopy(let original) = NoteName(path) { .conflictCopy(of: original) } else { .excluded }
            case .excluded: .excluded
            case .unreadable: .unreadable
            }
        return IndexedNote(
            path: path, state: state,
            stamp: FileStamp(
                device: device(record), inode: record.inode, size: record.size, modified: record.modified, changed: record.changed),
            id: id(record), noteStatus: record.status == 0 ? nil : FeatureState.allCases[Int(record.status) - 1], kind: kind)
    }

    static func packed(_ prefix: some Sequence<UInt8>) -> UInt64 {
        var packed: UInt64 = 0
        var shift: UInt64 = 0
        for byte in prefix where shift < 64 {
            packed |= UInt64(byte) << shift
            shift += 8
        }
        return packed
    }

    static func text(_ packed: UInt64) -> String {
        var rest = packed
        var text = ""
        while rest > 0 {
            text.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: rest)))
            rest >>= 8
        }
        return text
    }
}
