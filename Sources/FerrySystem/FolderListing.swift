internal import CFerryLinux
internal import Glibc
internal import SystemPackage

/// The folders and regular files of one folder, with their stamps, packed: a hundred thousand entries cost no allocation each.
package struct FolderListing: Sendable {
    package struct Entry: Sendable {
        /// In `names`, followed by a zero byte.
        package let nameStart: UInt32
        package let nameLength: UInt8
        package fileprivate(set) var isFolder: Bool
        /// Of a regular file; of a folder only the inode is told.
        package fileprivate(set) var stamp: FileStamp
    }

    package private(set) var names: [UInt8] = []
    /// Sorted by the bytes of their names.
    package private(set) var entries: [Entry] = []

    /// `wanted` sees every name but `.` and `..`; what it refuses costs no look at the file. Links and special files are left out. Throws `Errno`.
    package init(of folder: OpenFolder, wanted: (UnsafeRawBufferPointer) -> Bool) throws {
        var unknown: [Int] = []
        try readNames(folder, wanted, &unknown)
        try look(folder.descriptor, unknown)
        sort()
    }

    /// An entry's name, without the zero byte.
    package func name(_ entry: Entry) -> ArraySlice<UInt8> { names[Int(entry.nameStart)..<(Int(entry.nameStart) + Int(entry.nameLength))] }

    private mutating func readNames(_ folder: OpenFolder, _ wanted: (UnsafeRawBufferPointer) -> Bool, _ files: inout [Int]) throws {
        try folder.forEachEntry { name, type, inode in
            guard type == Int(DT_REG) || type == Int(DT_DIR) || type == Int(DT_UNKNOWN), wanted(name) else { return }
            if type != Int(DT_DIR) { files.append(entries.count) }
            entries.append(
                Entry(
                    nameStart: UInt32(names.count), nameLength: UInt8(name.count), isFolder: type == Int(DT_DIR),
                    stamp: FileStamp(device: 0, inode: inode, size: 0, modified: 0, changed: 0)))
            names.append(contentsOf: name)
            names.append(0)
        }
    }

    /// In the order of the inodes, which is about that of the disk.
    private mutating func look(_ folder: Int32, _ files: [Int]) throws {
        var gone: Set<Int> = []
        var status = stat()
        for index in files.sorted(by: { entries[$0].stamp.inode < entries[$1].stamp.inode }) {
            let start = Int(entries[index].nameStart)
            let failed = names.withUnsafeBytes { bytes in
                bytes.withMemoryRebound(to: CChar.self) { names in
                    names.baseAddress.map { fstatat(folder, $0 + start, &status, AT_SYMLINK_NOFOLLOW) } ?? 0
                }
            }
            if failed != 0 {
                guard errno == ENOENT else { throw Errno(rawValue: errno) }
                gone.insert(index)
                continue
            }
            switch FileStatus.Kind(mode: status.st_mode) {
            case .regular: entries[index].stamp = FileStamp(status)
            case .directory: entries[index].isFolder = true
            case .link, .other: gone.insert(index)
            }
        }
        if !gone.isEmpty { entries = entries.enumerated().filter { !gone.contains($0.offset) }.map(\.element) }
    }

    private mutating func sort() {
        names.withUnsafeBytes { names in
            func bytes(_ entry: Entry) -> UnsafeRawBufferPointer {
                UnsafeRawBufferPointer(rebasing: names[Int(entry.nameStart)..<(Int(entry.nameStart) + Int(entry.nameLength))])
            }
            entries.sort { byteOrder(bytes($0), bytes($1)) < 0 }
        }
    }
}

/// Compares names as bytes: below zero where `left` comes first, zero where they are the same.
package func byteOrder(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    let common = min(left.count, right.count)
    if common > 0, let one = left.baseAddress, let other = right.baseAddress {
        let order = memcmp(one, other, common)
        if order != 0 { return Int(order) }
    }
    return left.count - right.count
}
