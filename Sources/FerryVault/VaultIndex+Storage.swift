internal import FerryModel
internal import FerrySystem
package import SystemPackage

/// What the next process needs to know to read nothing that has not changed. One run of bytes a folder.
extension VaultIndex {
    /// Takes in what an earlier process gave to be stored, in any order. Bytes that are damaged, of another format, or read with another
    /// `property_prefix` are ignored: their notes are read again. To be called once, before the first look.
    package mutating func restore(_ stored: [(folder: FilePath, entries: [UInt8])]) {
        guard !hasLooked, count == 0 else { return }
        reserve(stored.reduce(0) { $0 + $1.entries.count / 64 })
        for (path, entries) in stored {
            guard let place = place(ofFolder: path), let folder = StoredFolder(decoding: entries, prefix: prefix) else { continue }
            let number = number(of: path, place.state, depth: place.depth)
            folders[number].device = folder.device
            device = folder.rootDevice
            restore(folder, into: number)
        }
    }

    private mutating func restore(_ folder: StoredFolder, into number: Int) {
        let prefixes = folder.prefixes.map { shared.number(ofPrefix: $0) }
        let device = shared.number(ofDevice: folder.device)
        folders[number].notes.reserveCapacity(folder.records.count)
        for stored in folder.records {
            var record = stored
            record.folder = UInt32(number)
            record.device = device
            record.prefix = stored.prefix == 0 ? 0 : prefixes[Int(stored.prefix) - 1]
            let place = insert(record, name: folder.names[stored.nameRange])
            folders[number].notes.append(place)
            if record.kind == .conflictCopy {
                let note = note(Int(place))
                if case .conflictCopy(let original) = note.kind { conflicts[note.path] = original }
            }
            if record.kind == .unreadable { unreadable.insert(note(Int(place)).path) }
        }
    }

    private func place(ofFolder path: FilePath) -> (state: FeatureState, depth: Int)? {
        if let place = layout.place(of: path) { return (place.state, place.rest.components.count) }
        return FeatureState.allCases.first { layout.folder(of: $0) == path }.map { ($0, 0) }
    }

    /// The folders whose stored form has changed since the last call, with that form; `nil` for a folder without notes, which is to be forgotten.
    /// Notes in `open` (relative paths: a decision about them is still to come) are stored so that a restart finds them changed; once they
    /// are left out again, their folder is given again.
    package mutating func takeChangedFolders(excluding open: Set<FilePath>) -> [(folder: FilePath, entries: [UInt8]?)] {
        var openNames: [Int: Set<FilePath>] = [:]
        for path in open {
            if let folder = folderNumbers[path.removingLastComponent()] { openNames[folder, default: []].insert(path) }
        }
        var changed: [(folder: FilePath, entries: [UInt8]?)] = []
        for number in folders.indices {
            let names = openNames[number] ?? []
            guard folders[number].isChanged || folders[number].openNames != names else { continue }
            folders[number].isChanged = false
            folders[number].openNames = names
            changed.append((folders[number].path, folders[number].notes.isEmpty ? nil : encoded(number, names)))
        }
        return changed
    }

    /// As if nothing had been stored yet.
    mutating func takeAllFolders() -> [(folder: FilePath, entries: [UInt8]?)] {
        for number in folders.indices { folders[number].isChanged = true }
        return takeChangedFolders(excluding: [])
    }

    private func encoded(_ number: Int, _ open: Set<FilePath>) -> [UInt8] {
        var folder = StoredFolder(rootDevice: device ?? 0, device: folders[number].device)
        var prefixes: [UInt32: UInt32] = [:]
        let openNames = Set(open.compactMap { $0.lastComponent?.bytes })
        for place in folders[number].notes {
            var record = records[Int(place)]
            let name = names[record.nameRange]
            // Not as it was: it is read again. Which file it was is kept, since a note without an id that is moved meanwhile is known by that alone.
            if record.isFresh || (!openNames.isEmpty && openNames.contains(Array(name))) { record.changed = 0 }
            if shared.device(record) != folders[number].device { (record.inode, record.changed) = (0, 0) }
            if record.prefix > 0 {
                if prefixes[record.prefix] == nil {
                    folder.prefixes.append(shared.prefixes[Int(record.prefix) - 1])
                    prefixes[record.prefix] = UInt32(folder.prefixes.count)
                }
                record.prefix = prefixes[record.prefix] ?? 0
            }
            folder.add(record, name)
        }
        return folder.encoded(prefix: prefix)
    }
}
