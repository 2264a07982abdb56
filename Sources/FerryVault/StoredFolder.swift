internal import FerrySystem

/// The notes of a folder as bytes, little-endian: format, length of the `property_prefix`, devices, id prefixes, then fixed-size records and the
/// names; at the end a checksum over everything.
struct StoredFolder {
    /// Changes with every change of the form, and whenever the same note would be read to another id, status or kind.
    static let format: UInt32 = 0x4652_0001
    private static let recordSize = 48

    var rootDevice: UInt64
    var device: UInt64
    var prefixes: [UInt64] = []
    private(set) var records: [IndexRecord] = []
    private(set) var names: [UInt8] = []

    init(rootDevice: UInt64, device: UInt64) {
        self.rootDevice = rootDevice
        self.device = device
    }

    mutating func add(_ record: IndexRecord, _ name: ArraySlice<UInt8>) {
        var record = record
        record.nameStart = UInt32(names.count)
        names.append(contentsOf: name)
        records.append(record)
    }

    // MARK: Writing

    func encoded(prefix: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + records.count * Self.recordSize + names.count)
        func put(_ number: some FixedWidthInteger) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
        put(Self.format)
        put(UInt32(prefix.utf8.count))
        bytes += prefix.utf8
        put(rootDevice)
        put(device)
        put(UInt32(prefixes.count))
        for prefix in prefixes { put(prefix) }
        put(UInt32(records.count))
        for record in records {
            put(record.inode)
            put(record.size)
            put(record.modified)
            put(record.changed)
            put(record.prefix)
            put(record.number)
            for byte in [record.nameLength, record.digits, record.kind.rawValue, record.status] { bytes.append(byte) }
            put(UInt32(0))
        }
        bytes += names
        put(Self.checksum(bytes))
        return bytes
    }

    // MARK: Reading

    /// `nil` for anything but what `encoded(prefix:)` gave, with the same prefix.
    init?(decoding bytes: [UInt8], prefix: String) {
        guard bytes.count > 8 else { return nil }
        let end = bytes.count - 8
        var reader = Reader(bytes: bytes, end: end)
        guard Reader(bytes: bytes, end: bytes.count).number(UInt64.self, at: end) == Self.checksum(bytes[..<end]),
            reader.take(UInt32.self) == Self.format, let length = reader.take(UInt32.self), let text = reader.take(Int(length)),
            text.elementsEqual(prefix.utf8), let rootDevice = reader.take(UInt64.self), let device = reader.take(UInt64.self),
            let prefixCount = reader.take(UInt32.self)
        else { return nil }
        self.rootDevice = rootDevice
        self.device = device
        for _ in 0..<prefixCount {
            guard let prefix = reader.take(UInt64.self) else { return nil }
            prefixes.append(prefix)
        }
        guard let count = reader.take(UInt32.self), Int(count) * Self.recordSize <= reader.left else { return nil }
        records.reserveCapacity(Int(count))
        var nameStart = 0
        for _ in 0..<count {
            guard let record = reader.takeRecord(nameStart: nameStart, prefixCount: prefixCount) else { return nil }
            nameStart += Int(record.nameLength)
            records.append(record)
        }
        guard reader.left == nameStart, let names = reader.take(nameStart) else { return nil }
        self.names = Array(names)
    }

    private struct Reader {
        let bytes: [UInt8]
        let end: Int
        var next = 0

        var left: Int { end - next }

        func number<Number: FixedWidthInteger>(_: Number.Type, at start: Int) -> Number? {
            guard start >= 0, end - start >= MemoryLayout<Number>.size else { return nil }
            return Number(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: Number.self) })
        }

        mutating func take<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
            defer { next += MemoryLayout<Number>.size }
            return number(type, at: next)
        }

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count >= 0, count <= left else { return nil }
            defer { next += count }
            return bytes[next..<(next + count)]
        }

        mutating func takeRecord(nameStart: Int, prefixCount: UInt32) -> IndexRecord? {
            guard let inode = take(UInt64.self), let size = take(Int64.self), let modified = take(Int64.self), let changed = take(Int64.self),
                let prefix = take(UInt32.self), prefix <= prefixCount, let number = take(UInt32.self), let small = take(8)
            else { return nil }
            let first = small.startIndex
            guard let kind = IndexRecord.Kind(rawValue: small[first + 2]), small[first] > 0, small[first + 1] < 10, small[first + 3] <= 7 else {
                return nil
            }
            var record = IndexRecord(FileStamp(device: 0, inode: inode, size: size, modified: modified, changed: changed))
            record.prefix = prefix
            record.number = number
            record.nameStart = UInt32(nameStart)
            record.nameLength = small[first]
            record.digits = small[first + 1]
            record.kind = kind
            record.status = small[first + 3]
            return record
        }
    }

    /// FNV-1a by words of eight bytes: finds tearing and rot; nobody is meant to be kept out.
    private static func checksum(_ bytes: some RandomAccessCollection<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        bytes.withContiguousStorageIfAvailable { bytes in
            let raw = UnsafeRawBufferPointer(bytes)
            var next = 0
            while next + 8 <= raw.count {
                hash = (hash ^ raw.loadUnaligned(fromByteOffset: next, as: UInt64.self).littleEndian) &* 0x100_0000_01B3
                hash ^= hash >> 29
                next += 8
            }
            while next < raw.count {
                hash = (hash ^ UInt64(raw[next])) &* 0x100_0000_01B3
                next += 1
            }
        }
        return hash
    }
}
