package import FerryModel
internal import FerrySystem
package import SystemPackage

/// The notes of the state folders, known by their stamps and their `id` and `status`, about a hundred bytes each. It is level-triggered: an event only
/// says which path to look at again, and the truth is what the look finds. Contents are read from disk by whoever has to decide something.
///
/// A value; calls block on the disk (docs/decisions/0009).
package struct VaultIndex: Sendable {
    /// Larger notes are listed and not read (VAULT reference, 5.4 step 1).
    package static let sizeLimit = 8 << 20
    /// Folders deeper than this below a state's folder are not entered.
    package static let depthLimit = 32
    /// How long what vanished, or came, can still be the other half of a move.
    static let pairing: Duration = .seconds(5)
    /// A stamp younger than this, in nanoseconds, may hide a second write (older kernels stamp by the clock tick).
    static let tick: Int64 = 50_000_000

    let root: FilePath
    let layout: VaultLayout
    let prefix: String
    let peeker: FrontMatterPeeker

    var records: [IndexRecord] = []
    /// Of all notes, each followed by a zero byte, with holes where notes went away.
    var names: [UInt8] = []
    var shared = IndexShared()
    var folders: [IndexedFolder] = []
    var folderNumbers: [FilePath: Int] = [:]
    private(set) var freePlaces: [UInt32] = []
    private var deadNameBytes = 0
    private var ids: [UInt64: UInt32] = [:]
    /// Further notes with an id that stands in `ids`.
    private var doubles: [UInt64: [UInt32]] = [:]
    /// By prefix number: ever seen.
    private var highest: [UInt32: UInt32] = [:]

    /// Of the features folder, at the last look or, before the first, when it was stored.
    var device: UInt64?
    var hasLooked = false
    var vanished: [FileIdentity: (note: IndexedNote, since: Duration)] = [:]
    /// Arrivals that nothing was found to have moved from.
    var unpaired: [FileIdentity: (path: FilePath, since: Duration)] = [:]

    /// Conflict copies, with the names of the notes that they are copies of.
    package internal(set) var conflicts: [FilePath: String] = [:]
    /// Notes of kind `unreadable`.
    package internal(set) var unreadable: Set<FilePath> = []

    /// `root` may be reached through a link. `prefix` is the setting `property_prefix`; where it changes, make a new index.
    package init(root: FilePath, layout: VaultLayout, prefix: String) {
        self.root = root
        self.layout = layout
        self.prefix = prefix
        peeker = FrontMatterPeeker(prefix: prefix)
    }

    /// How many notes there are, of every kind.
    package var count: Int { records.count - freePlaces.count }

    /// The note at a path relative to the vault, as of the last look.
    package func note(at path: FilePath) -> IndexedNote? {
        guard let name = path.lastComponent, let folder = folderNumbers[path.removingLastComponent()] else { return nil }
        return place(of: name.bytes, in: folder).found.map { note(Int($0)) }
    }

    /// The notes of kind `note` whose `id` key holds this id; more than one after a copy, or while a sync tool moves it.
    package func notes(bearing id: FeatureID) -> [IndexedNote] {
        guard let prefix = shared.knownNumber(ofPrefix: IndexShared.packed(id.prefix.utf8)), let number = UInt32(exactly: id.number) else {
            return []
        }
        let key = UInt64(prefix) << 32 | UInt64(number)
        guard let first = ids[key] else { return [] }
        return ([first] + (doubles[key] ?? [])).map { note(Int($0)) }
    }

    /// Ids that more than one note bears.
    package var doubledIDs: [FeatureID] { doubles.keys.compactMap { key in ids[key].flatMap { shared.id(records[Int($0)]) } } }

    /// The highest number that any note bore with this prefix since the index was made or restored, of those that count; 0 for none.
    package func highestNumber(prefix: String) -> Int {
        shared.knownNumber(ofPrefix: IndexShared.packed(prefix.utf8)).flatMap { highest[$0] }.map(Int.init) ?? 0
    }

    /// The notes of a state, in no particular order, each made as it is asked for.
    package func notes(in state: FeatureState) -> some Sequence<IndexedNote> {
        folders.lazy.filter { $0.state == state }.flatMap { $0.notes.lazy.map { note(Int($0)) } }
    }

    /// The notes with this file name, whatever their folders: a search among the sorted names of each.
    package func notes(named name: FilePath.Component) -> [IndexedNote] {
        let bytes = name.bytes
        return folders.indices.compactMap { folder in place(of: bytes, in: folder).found.map { note(Int($0)) } }
    }

    /// How many notes of every kind lie in a state.
    package func count(in state: FeatureState) -> Int { folders.reduce(0) { $0 + ($1.state == state ? $1.notes.count : 0) } }

    // MARK: Records

    func note(_ place: Int) -> IndexedNote {
        let record = records[place]
        let folder = folders[Int(record.folder)]
        return shared.note(record, names[record.nameRange], folder.path, folder.state)
    }

    /// Where the name stands among the folder's notes, or would stand.
    func place(of name: [UInt8], in folder: Int) -> (position: Int, found: UInt32?) {
        name.withUnsafeBytes { wanted in
            names.withUnsafeBytes { names in
                let notes = folders[folder].notes
                var low = 0
                var high = notes.count
                while low < high {
                    let middle = (low + high) / 2
                    let order = byteOrder(UnsafeRawBufferPointer(rebasing: names[records[Int(notes[middle])].nameRange]), wanted)
                    if order == 0 { return (middle, notes[middle]) }
                    if order < 0 { low = middle + 1 } else { high = middle }
                }
                return (low, nil)
            }
        }
    }

    /// Takes a record in; the caller puts the place into its folder.
    mutating func insert(_ record: IndexRecord, name: some Collection<UInt8>) -> UInt32 {
        var record = record
        record.nameStart = UInt32(names.count)
        record.nameLength = UInt8(name.count)
        names.append(contentsOf: name)
        names.append(0)
        let place: UInt32
        if let free = freePlaces.popLast() {
            place = free
            records[Int(place)] = record
        } else {
            place = UInt32(records.count)
            records.append(record)
        }
        addID(of: place)
        return place
    }

    /// Takes a record out; the caller has taken the place from its folder.
    mutating func remove(_ place: UInt32) {
        removeID(of: place)
        deadNameBytes += Int(records[Int(place)].nameLength) + 1
        records[Int(place)].nameLength = 0
        records[Int(place)].prefix = 0
        freePlaces.append(place)
        if deadNameBytes > 1 << 16, deadNameBytes > names.count / 2 { packNames() }
    }

    /// Puts another version of the same note at its place.
    mutating func replace(_ place: UInt32, with record: IndexRecord) {
        let old = records[Int(place)]
        removeID(of: place)
        var record = record
        record.nameStart = old.nameStart
        record.nameLength = old.nameLength
        record.folder = old.folder
        records[Int(place)] = record
        addID(of: place)
    }

    private mutating func addID(of place: UInt32) {
        let record = records[Int(place)]
        guard let key = record.idKey else { return }
        if record.number <= FeatureID.highestCounted { highest[record.prefix] = max(highest[record.prefix] ?? 0, record.number) }
        if ids[key] == nil { ids[key] = place } else { doubles[key, default: []].append(place) }
    }

    private mutating func removeID(of place: UInt32) {
        guard let key = records[Int(place)].idKey else { return }
        var others = doubles[key] ?? []
        if ids[key] == place { ids[key] = others.isEmpty ? nil : others.removeFirst() } else { others.removeAll { $0 == place } }
        doubles[key] = others.isEmpty ? nil : others
    }

    private mutating func packNames() {
        var packed: [UInt8] = []
        packed.reserveCapacity(names.count - deadNameBytes)
        for folder in folders {
            for place in folder.notes {
                let range = records[Int(place)].nameRange
                records[Int(place)].nameStart = UInt32(packed.count)
                packed.append(contentsOf: names[range])
                packed.append(0)
            }
        }
        names = packed
        deadNameBytes = 0
    }

    mutating func reserve(_ more: Int) {
        guard more > 1 << 12 else { return }
        records.reserveCapacity(records.count + more)
        ids.reserveCapacity(ids.count + more)
    }

    // MARK: Folders

    /// The number of a folder, which is added with those above it where it is new. `path` lies in the state's folder, or is it.
    mutating func number(of path: FilePath, _ state: FeatureState, depth: Int) -> Int {
        if let known = folderNumbers[path] { return known }
        let parent = depth == 0 ? nil : number(of: path.removingLastComponent(), state, depth: depth - 1)
        let number = folders.count
        folders.append(IndexedFolder(path: path, state: state, depth: depth, parent: parent))
        folderNumbers[path] = number
        if let parent { folders[parent].children.append(number) }
        return number
    }

    /// The folder and all below it.
    func subtree(of folder: Int) -> [Int] { [folder] + folders[folder].children.flatMap { subtree(of: $0) } }
}

/// What stays the same when a file is moved and nobody writes to it.
struct FileIdentity: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    var modified: Int64

    init(_ stamp: FileStamp) {
        device = stamp.device
        inode = stamp.inode
        size = stamp.size
        modified = stamp.modified
    }
}
