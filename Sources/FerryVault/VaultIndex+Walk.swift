internal import FerryModel
internal import FerrySystem
internal import Glibc
internal import SystemPackage

/// Looking at folders, without changing the index: what fails half way has changed nothing.
extension VaultIndex {
    /// All looks, level by level, on two threads.
    func findings(_ looks: [FolderLook], beneath vault: OpenFolder, since clock: Int64) throws -> [FolderFinding] {
        var findings: [FolderFinding] = []
        var level = looks
        while !level.isEmpty {
            let found = try onTwoThreads(level.count) { [self, level] in try finding(level[$0], beneath: vault, since: clock) }
            level = found.flatMap { finding in
                finding.look.depth < Self.depthLimit
                    ? finding.subfolders.map {
                        FolderLook(path: finding.look.path.appending($0), state: finding.look.state, depth: finding.look.depth + 1)
                    } : []
            }
            findings += found
        }
        return findings
    }

    private func finding(_ look: FolderLook, beneath vault: OpenFolder, since clock: Int64) throws -> FolderFinding {
        var finding = FolderFinding(look)
        let number = folderNumbers[look.path]
        do {
            let folder = try OpenFolder(look.path, beneath: vault)
            finding.device = folder.device
            let isOther = number.map { !folders[$0].notes.isEmpty && folders[$0].device != folder.device } ?? false
            if let names = look.names, !isOther {
                try stat(names, number, folder, clock, &finding)
            } else {
                finding.look.names = nil
                try list(number, folder, clock, &finding)
                // Another file system lies here than before and has none of the notes: something is mounted on them, or no more.
                if isOther, hasLooked, finding.commonCount == 0 { throw VaultUnavailable() }
            }
        } catch let error as Errno {
            switch error {
            case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels, .fileNameTooLong: finding.isAbsent = true
            // Nothing is known of what is in it now, and so nothing is changed.
            case .permissionDenied, .notPermitted: finding.look.names = []
            default: throw Self.isAway(error) ? VaultUnavailable() : error
            }
        }
        return finding
    }

    /// The disk, or the other side of a mount, does not answer.
    static func isAway(_ error: Errno) -> Bool {
        [EIO, ENOTCONN, ESTALE, ENXIO, ENODEV, EREMOTEIO, EHOSTDOWN, EHOSTUNREACH, ETIMEDOUT, ECONNABORTED, ECONNRESET, ENETUNREACH, ENETDOWN]
            .contains(error.rawValue)
    }

    // MARK: A whole folder

    private func list(_ number: Int?, _ folder: OpenFolder, _ clock: Int64, _ finding: inout FolderFinding) throws {
        let listing = try FolderListing(of: folder) { name in
            EntryName.isHidden(name) ? EntryName.isLeftover(name) : true
        }
        let known = number.map { folders[$0].notes } ?? []
        var next = 0
        listing.names.withUnsafeBytes { found in
            names.withUnsafeBytes { names in
                for entry in listing.entries {
                    let start = Int(entry.nameStart)
                    let name = UnsafeRawBufferPointer(rebasing: found[start..<(start + Int(entry.nameLength))])
                    guard !noteSpecial(name, entry, &finding) else { continue }
                    while next < known.count {
                        let order = byteOrder(UnsafeRawBufferPointer(rebasing: names[records[Int(known[next])].nameRange]), name)
                        if order > 0 { break }
                        if order < 0 { finding.gone.append(known[next]) }
                        next += 1
                        guard order != 0 else { break }
                    }
                    let same = next > 0 && byteOrder(UnsafeRawBufferPointer(rebasing: names[records[Int(known[next - 1])].nameRange]), name) == 0
                    compare(name, same ? known[next - 1] : nil, entry.stamp, clock, &finding)
                }
            }
        }
        finding.gone += known[next...]
    }

    /// Folders, leftovers, and files that are no Markdown.
    private func noteSpecial(_ name: UnsafeRawBufferPointer, _ entry: FolderListing.Entry, _ finding: inout FolderFinding) -> Bool {
        if entry.isFolder {
            if !NoteName.isIgnoredFolder(name), let component = FilePath.Component(nameBytes: Array(name)) { finding.subfolders.append(component) }
            return true
        }
        if EntryName.isHidden(name) {
            if let component = FilePath.Component(nameBytes: Array(name)) { finding.leftovers.append(finding.look.path.appending(component)) }
            return true
        }
        return !EntryName.isMarkdown(name)
    }

    // MARK: Some names

    private func stat(
        _ names: Set<FilePath.Component>, _ number: Int?, _ folder: OpenFolder, _ clock: Int64, _ finding: inout FolderFinding
    ) throws {
        for component in names.sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            let name = component.bytes
            let entry = try component.withPlatformString { try folder.entry($0) }
            if EntryName.isLeftover(name) {
                if entry?.kind == .regular { finding.leftovers.append(finding.look.path.appending(component)) }
                continue
            }
            let known = number.flatMap { place(of: name, in: $0).found }
            if let entry, entry.kind == .regular {
                name.withUnsafeBytes { compare($0, known, entry.stamp, clock, &finding) }
            } else if let known {
                finding.gone.append(known)
            }
        }
    }

    // MARK: One note

    private func compare(
        _ name: UnsafeRawBufferPointer, _ place: UInt32?, _ stamp: FileStamp, _ clock: Int64, _ finding: inout FolderFinding
    ) {
        guard let place else {
            guard let kind = kind(name, finding) else { return }
            return finding.add(name, nil, stamp, kind)
        }
        finding.commonCount += 1
        let record = records[Int(place)]
        guard !record.bears(stamp) || record.isFresh || shared.device(record) != stamp.device else { return }
        finding.add(name, place, stamp, record.kind == .conflictCopy ? .conflictCopy : .note)
    }

    /// `nil` for what is never a note.
    private func kind(_ name: UnsafeRawBufferPointer, _ finding: FolderFinding) -> IndexRecord.Kind? {
        switch finding.folderName.withUnsafeBytes({ NoteName(name: name, parent: $0) }) {
        case .note: .note
        case .conflictCopy: .conflictCopy
        case .ignored: nil
        }
    }
}
