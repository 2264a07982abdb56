internal import FerryModel
internal import FerrySystem
internal import SystemPackage

/// Taking in what looks have found. Nothing here can fail.
extension VaultIndex {
    mutating func apply(_ findings: [FolderFinding], isWhole: Bool, since clock: Int64, now: Duration) -> IndexDelta {
        var delta = IndexDelta()
        reserve(findings.reduce(0) { $0 + $1.found.count })
        let order = Dictionary(uniqueKeysWithValues: FeatureState.allCases.enumerated().map { ($1, $0) })
        let sorted = findings.map { (key: (order[$0.look.state] ?? 0, $0.look.path.bytes), finding: $0) }
            .sorted { $0.key.0 == $1.key.0 ? $0.key.1.lexicographicallyPrecedes($1.key.1) : $0.key.0 < $1.key.0 }.map(\.finding)
        for finding in sorted { leave(finding, &delta) }
        var arrivals: [(finding: FolderFinding, folder: Int, places: [UInt32], before: [UInt32: IndexedNote])] = []
        for finding in sorted where !finding.found.isEmpty {
            let folder = number(of: finding.look.path, finding.look.state, depth: finding.look.depth)
            let taken = take(finding, folder, since: clock)
            if !taken.places.isEmpty { arrivals.append((finding, folder, taken.places, taken.before)) }
        }
        // The list shares what the records refer to, which is complete only now.
        var came = ArrivalList(shared)
        for arrival in arrivals {
            came.enter(folders[arrival.folder].path, folders[arrival.folder].state)
            for place in arrival.places {
                let record = records[Int(place)]
                came.append(record, name: names[record.nameRange], before: arrival.before[place])
            }
        }
        delta.came = came
        delta.leftovers = sorted.flatMap(\.leftovers)
        pair(&delta, now)
        return delta
    }

    // MARK: Going

    private mutating func leave(_ finding: FolderFinding, _ delta: inout IndexDelta) {
        guard let folder = folderNumbers[finding.look.path] else { return }
        if finding.isAbsent {
            for folder in subtree(of: folder) { drop(folders[folder].notes, of: folder, &delta) }
            return
        }
        if folders[folder].device != finding.device, finding.look.names != [] { setDevice(finding.device, of: folder) }
        drop(finding.gone, of: folder, &delta)
        guard finding.look.names == nil else { return }
        let there = Set(finding.subfolders)
        for child in folders[folder].children where folders[child].path.lastComponent.map({ !there.contains($0) }) ?? true {
            for folder in subtree(of: child) { drop(folders[folder].notes, of: folder, &delta) }
        }
    }

    private mutating func setDevice(_ device: UInt64, of folder: Int) {
        folders[folder].device = device
        if !folders[folder].notes.isEmpty { folders[folder].isChanged = true }
    }

    private mutating func drop(_ places: [UInt32], of folder: Int, _ delta: inout IndexDelta) {
        guard !places.isEmpty else { return }
        for place in places {
            let note = note(Int(place))
            delta.gone.append(note)
            if case .conflictCopy = note.kind { conflicts[note.path] = nil }
            if note.kind == .unreadable { unreadable.remove(note.path) }
        }
        if places.count == folders[folder].notes.count {
            folders[folder].notes = []
        } else if places.count == 1, let position = position(of: places[0], in: folder) {
            folders[folder].notes.remove(at: position)
        } else {
            let gone = Set(places)
            folders[folder].notes.removeAll { gone.contains($0) }
        }
        folders[folder].isChanged = true
        for place in places { remove(place) }
    }

    private func position(of place: UInt32, in folder: Int) -> Int? {
        let found = self.place(of: Array(names[records[Int(place)].nameRange]), in: folder)
        return found.found == place ? found.position : nil
    }

    // MARK: Coming

    private mutating func take(
        _ finding: FolderFinding, _ folder: Int, since clock: Int64
    ) -> (places: [UInt32], before: [UInt32: IndexedNote]) {
        var before: [UInt32: IndexedNote] = [:]
        var places: [UInt32] = []
        var new: [UInt32] = []
        if folders[folder].device != finding.device { setDevice(finding.device, of: folder) }
        for found in finding.found where !found.isLost {
            let record = record(found, folder, since: clock)
            if let place = found.place {
                before[place] = note(Int(place))
                let wasUnreadable = records[Int(place)].kind == .unreadable
                replace(place, with: record)
                if wasUnreadable || record.kind == .unreadable { noteUnreadable(place) }
                places.append(place)
            } else {
                let place = insert(record, name: finding.name(found))
                if record.kind == .conflictCopy { noteConflict(place) }
                if record.kind == .unreadable { noteUnreadable(place) }
                new.append(place)
                places.append(place)
            }
        }
        add(new, to: folder)
        if !places.isEmpty { folders[folder].isChanged = true }
        return (places, before)
    }

    private mutating func record(_ found: FolderFinding.Found, _ folder: Int, since clock: Int64) -> IndexRecord {
        var record = IndexRecord(found.stamp)
        record.folder = UInt32(folder)
        record.device = shared.number(ofDevice: found.stamp.device)
        record.kind = found.kind
        record.status = found.peek.status
        if found.peek.prefix != 0 {
            record.prefix = shared.number(ofPrefix: found.peek.prefix)
            record.number = found.peek.number
            record.digits = found.peek.digits
        }
        // What was written since the look began counts too; where the clock was set back by more than a minute, the stamp says nothing.
        record.isFresh = (-60_000_000_000..<Self.tick).contains(clock - found.stamp.changed)
        return record
    }

    private mutating func noteUnreadable(_ place: UInt32) {
        let note = note(Int(place))
        if note.kind == .unreadable { unreadable.insert(note.path) } else { unreadable.remove(note.path) }
    }

    private mutating func noteConflict(_ place: UInt32) {
        let note = note(Int(place))
        if case .conflictCopy(let original) = note.kind { conflicts[note.path] = original }
    }

    /// `new` is in the order of names.
    private mutating func add(_ new: [UInt32], to folder: Int) {
        guard !new.isEmpty else { return }
        if new.count <= 4 {
            for place in new {
                let position = self.place(of: Array(names[records[Int(place)].nameRange]), in: folder).position
                folders[folder].notes.insert(place, at: position)
            }
            return
        }
        let old = folders[folder].notes
        var merged: [UInt32] = []
        merged.reserveCapacity(old.count + new.count)
        names.withUnsafeBytes { names in
            var next = 0
            for place in new {
                let name = UnsafeRawBufferPointer(rebasing: names[records[Int(place)].nameRange])
                while next < old.count, byteOrder(UnsafeRawBufferPointer(rebasing: names[records[Int(old[next])].nameRange]), name) < 0 {
                    merged.append(old[next])
                    next += 1
                }
                merged.append(place)
            }
            merged += old[next...]
        }
        folders[folder].notes = merged
    }

    // MARK: Moves

    /// Finds the other half of each move: what vanished for what came, in this look and in the last ones.
    private mutating func pair(_ delta: inout IndexDelta, _ now: Duration) {
        for note in delta.gone { vanished[FileIdentity(note.stamp)] = (note, now) }
        guard hasLooked || !delta.gone.isEmpty else { return }
        let isMany = delta.came.count > 1 << 14
        for position in delta.came.indices {
            let record = delta.came.record(position)
            guard !delta.came.hasBefore(position) else { continue }
            let identity = FileIdentity(
                FileStamp(device: shared.device(record), inode: record.inode, size: record.size, modified: record.modified, changed: 0))
            if let origin = vanished.removeValue(forKey: identity) {
                delta.came.setOrigin(origin.note, of: position)
            } else if hasLooked, !isMany {
                unpaired[identity] = (delta.came[position].note.path, now)
            }
        }
        announceLatePairs(&delta)
    }

    /// The new place of a note was seen in an earlier look than its leaving of the old one: the arrival is told again, with where it came from.
    private mutating func announceLatePairs(_ delta: inout IndexDelta) {
        guard !unpaired.isEmpty else { return }
        for gone in delta.gone {
            let identity = FileIdentity(gone.stamp)
            guard vanished[identity]?.note.path == gone.path, let arrival = unpaired[identity], arrival.path != gone.path,
                let note = note(at: arrival.path), FileIdentity(note.stamp) == identity
            else { continue }
            unpaired[identity] = nil
            vanished[identity] = nil
            guard let folder = folderNumbers[note.path.removingLastComponent()], let name = note.path.lastComponent?.bytes,
                let place = place(of: name, in: folder).found
            else { continue }
            delta.came.enter(folders[folder].path, note.state)
            delta.came.append(records[Int(place)], name: name, before: note)
            delta.came.setOrigin(gone, of: delta.came.count - 1)
        }
    }
}
