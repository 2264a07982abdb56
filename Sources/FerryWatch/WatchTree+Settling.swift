internal import FerrySystem
internal import SystemPackage

/// Bringing the tree in line with the disk.
extension WatchTree {
    /// Watches the folder of this name, if there is one, and what is below it, each before it is listed.
    /// - Parameter isDeep: Looks into folders too whose watch stands.
    mutating func settle(_ name: FilePath.Component, in parent: Int32, isDeep: Bool = false) {
        guard let folder = path(of: parent) else {
            nodes[parent]?.isSuspect = true
            return
        }
        let known = nodes[parent]?.children[name]
        let present = watch(folder.appending(name))
        if let known, known != present { detach(known) }
        guard let present else {
            // It may be here and this folder elsewhere, as an event on the way will tell.
            nodes[parent]?.isSuspect = true
            return
        }
        guard !isAncestor(present, of: parent) else { return lose() }
        let isNew = nodes[present] == nil
        if known != present { move(present, to: name, in: parent) }
        if isNew || isDeep || nodes[present]?.isSuspect == true { scan(present, isDeep: isDeep) }
    }

    /// A folder that is taken from a place where it was thought to be leaves that place unknown.
    private mutating func move(_ watch: Int32, to name: FilePath.Component, in parent: Int32) {
        if let before = nodes[watch]?.parent {
            nodes[before]?.isSuspect = true
            detach(watch)
        }
        attach(watch, as: name, to: parent)
    }

    /// Settles the folders in a folder.
    private mutating func scan(_ watch: Int32, isDeep: Bool) {
        nodes[watch]?.isSuspect = false
        guard let folder = path(of: watch), let present = try? Directory.folders(of: folder) else { return }
        let isRoot = watch == rootWatch
        let names = Set(present.filter { isRoot ? folders.contains($0) : !$0.isHidden })
        for (name, child) in nodes[watch]?.children ?? [:] where !names.contains(name) { detach(child) }
        for name in names { settle(name, in: watch, isDeep: isDeep) }
    }

    private func isAncestor(_ watch: Int32, of other: Int32) -> Bool {
        var next: Int32? = other
        while let here = next {
            if here == watch { return true }
            next = nodes[here]?.parent
        }
        return false
    }

    /// The watch of the folder at this path now; `nil` where there is none.
    private mutating func watch(_ folder: FilePath) -> Int32? {
        do { return try inotify?.watch(folder, followsLink: folder == root) } catch let error as Errno {
            if gap == nil, let reason = WatchGap.reason(error, folder) { gap = (folder, reason) }
            return nil
        } catch { return nil }
    }

    // MARK: Anew

    /// Holds every watch against the disk, sets what is missing, and announces a full look.
    mutating func rebuild() {
        brokenSince = nil
        gap = nil
        announce(.everything)
        if inotify == nil {
            do { inotify = try Inotify() } catch { gap = (root, WatchGap.noInstance(error)) }
        }
        watchLink()
        var present = watch(root)
        if present == nil {
            watchParent()
            // It may have come just before.
            present = watch(root)
        }
        if present != nil { leaveParent() }
        if rootWatch != present, let rootWatch { drop(rootWatch) }
        rootWatch = present
        if let present {
            if nodes[present] == nil { nodes[present] = WatchNode(parent: nil, name: root.lastComponent ?? "vault") }
            strays[present] = nil
            scan(present, isDeep: true)
        }
        tell()
    }

    /// That the folder itself goes, its own watch tells.
    private mutating func watchLink() {
        let isLink = ((try? FileStatus.ifPresent(root)) ?? nil)?.kind == .link
        let present = isLink ? try? inotify?.watch(root, for: .link) : nil
        if let linkWatch, linkWatch != present { giveUp(linkWatch) }
        linkWatch = present
    }

    private mutating func watchParent() {
        guard let name = root.lastComponent, name.kind == .regular else { return }
        let folder = root.removingLastComponent()
        parentWatch = try? inotify?.watch(folder.isEmpty ? "." : folder, followsLink: true, for: .names)
    }

    private mutating func leaveParent() {
        guard let parentWatch else { return }
        self.parentWatch = nil
        // A link may lead to the folder that it lies in.
        if nodes[parentWatch] == nil { giveUp(parentWatch) }
    }

    private mutating func giveUp(_ watch: Int32) {
        removed.insert(watch)
        inotify?.remove(watch)
    }

    /// Whether the vault and its folders are still those that are watched.
    mutating func verify() {
        guard inotify != nil else { return rebuild() }
        let present = watch(root)
        guard present == rootWatch else { return rebuild() }
        guard let present else { return }
        for name in folders where nodes[present]?.children[name] != watch(root.appending(name)) { return rebuild() }
    }

    /// Tries again what could not be watched.
    mutating func mend() {
        guard let gap else { return }
        if inotify != nil {
            do { _ = try inotify?.watch(gap.folder, followsLink: gap.folder == root) } catch let error as Errno {
                if WatchGap.reason(error, gap.folder) != nil { return }
            } catch { return }
        }
        rebuild()
    }

    /// A new instance is tried for: this one is no more to be had.
    mutating func loseInstance() {
        self = WatchTree(root: root, folders: Array(folders), told: told)
    }

    /// Announces why events cannot be relied upon, or that they can again.
    private mutating func tell() {
        let silent = [root] + folders.sorted { $0.string < $1.string }.map { root.appending($0) }
        say(gap?.reason ?? silent.lazy.compactMap { WatchGap.silence(of: $0) }.first)
    }

    /// A gap that events have led to; whether it is new.
    mutating func tellGap() -> Bool {
        guard let gap, gap.reason != told else { return false }
        say(gap.reason)
        return true
    }

    private mutating func say(_ reason: String?) {
        guard reason != told else { return }
        told = reason
        announce(.unreliable(reason))
    }
}
