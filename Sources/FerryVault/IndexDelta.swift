internal import FerryModel
internal import FerrySystem
package import SystemPackage

/// What a look found to be other than the index had it. Each path stands in at most one of `gone` and `came`.
package struct IndexDelta: Sendable {
    /// A note that is new at its path, or has another stamp than before; also one whose stamp is so fresh that a write within
    /// the same clock tick would not show in it, so the same note may arrive again with nothing changed: compare content.
    package struct Arrival: Hashable, Sendable {
        package var note: IndexedNote
        /// At the same path, as it was.
        package var before: IndexedNote?
        /// A note with the same inode, size and time of content that vanished elsewhere in this look or within the last seconds: a move
        /// of unchanged content. It stands in `gone` too, of this or an earlier look.
        package var movedFrom: IndexedNote?
    }

    /// In the order of states, and in each by path.
    package var gone: [IndexedNote] = []
    /// In the order of states, and in each by path. Notes are made as they are asked for.
    package var came = ArrivalList()
    /// `.ferry-…` temporaries that were seen, relative to the vault: of a write under way, or left by a crash.
    package var leftovers: [FilePath] = []
    /// How many files were opened.
    package var readCount = 0

    /// Notes that are new at their path.
    package var newCount: Int { came.newCount }
    /// Notes whose id, `status` or kind is other than before.
    package var editedCount: Int {
        came.withBefore.count { $0.before?.id != $0.note.id || $0.before?.noteStatus != $0.note.noteStatus || $0.before?.kind != $0.note.kind }
    }

    package var isEmpty: Bool { gone.isEmpty && came.isEmpty && leftovers.isEmpty }
}

/// Arrivals, packed: the first look at a hundred thousand notes brings as many.
package struct ArrivalList: RandomAccessCollection, Sendable {
    private var records: [IndexRecord] = []
    private var names: [UInt8] = []
    /// Of each record's `folder`.
    private var folders: [(path: FilePath, state: FeatureState)] = []
    private var shared = IndexShared()
    private var before: [Int: IndexedNote] = [:]
    private var movedFrom: [Int: IndexedNote] = [:]

    init() {}

    /// Takes the prefixes and devices that the records refer to.
    init(_ shared: IndexShared) { self.shared = shared }

    package var startIndex: Int { 0 }
    package var endIndex: Int { records.count }

    package subscript(position: Int) -> IndexDelta.Arrival {
        let record = records[position]
        let folder = folders[Int(record.folder)]
        return IndexDelta.Arrival(
            note: shared.note(record, names[record.nameRange], folder.path, folder.state), before: before[position], movedFrom: movedFrom[position])
    }

    /// Notes added from here on lie in this folder.
    mutating func enter(_ folder: FilePath, _ state: FeatureState) { folders.append((folder, state)) }

    mutating func append(_ record: IndexRecord, name: some Sequence<UInt8>, before note: IndexedNote?) {
        var record = record
        record.folder = UInt32(folders.count - 1)
        record.nameStart = UInt32(names.count)
        names.append(contentsOf: name)
        if let note { before[records.count] = note }
        records.append(record)
    }

    mutating func setOrigin(_ note: IndexedNote, of position: Int) { movedFrom[position] = note }

    var newCount: Int { records.count - before.count }
    /// Arrivals at a path where a note was before, in no particular order.
    var withBefore: [IndexDelta.Arrival] { before.keys.map { self[$0] } }

    /// What pairing asks of an arrival, without making the note.
    func record(_ position: Int) -> IndexRecord { records[position] }
    func hasBefore(_ position: Int) -> Bool { before[position] != nil }
}
