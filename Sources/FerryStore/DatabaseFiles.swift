internal import FerrySystem
internal import Foundation
package import SystemPackage

/// The files of a database: the file itself with its log and index (`-wal`, `-shm`; `-journal` while it is made), and beside it, in the same folder,
/// `snapshots/` and what was set aside (`corrupt-<time>/`). Calls block and throw `Errno`.
package struct DatabaseFiles: Hashable, Sendable {
    package let database: FilePath

    package init(database: FilePath) { self.database = database }

    private var folder: FilePath { database.removingLastComponent() }
    package var snapshots: FilePath { folder.appending("snapshots") }
    var log: FilePath { FilePath(database.string + "-wal") }
    private var all: [FilePath] { ["", "-wal", "-shm", "-journal"].map { FilePath(database.string + $0) } }

    /// Whether there is a database at all; a file of no length is none.
    var isThere: Bool { holdsSomething(database) }
    /// Whether anything of a database is there, and be it a log without its file.
    var isAnythingThere: Bool { all.contains { ((try? FileStatus.ifPresent($0)) ?? nil) != nil } }
    /// Whether there is a log with something in it.
    var hasLog: Bool { holdsSomething(log) }
    /// Whether there is a rollback journal with something in it: a write before the switch to the log was cut off.
    var hasJournal: Bool { holdsSomething(FilePath(database.string + "-journal")) }

    private func holdsSomething(_ file: FilePath) -> Bool { (((try? FileStatus.ifPresent(file)) ?? nil)?.size ?? 0) > 0 }

    /// Moves file, log and index together into a new folder, whose path it returns; `nil` where nothing of them is there, or nothing in them: an error
    /// while a database is made leaves a file of no length. Nothing is ever replaced.
    @discardableResult
    package func setAside(as word: String = "corrupt") throws -> FilePath? {
        guard isAnythingThere else { return nil }
        // A file whose length cannot be told is not taken for an empty one.
        guard try [database, log].contains(where: { try FileStatus.ifPresent($0).map { $0.size > 0 } ?? false }) else {
            for file in all { try Directory.removeTree(file) }
            return nil
        }
        let time = Self.name(of: Date.now)
        for number in 1... {
            let aside = folder.appending("\(word)-\(time)" + (number > 1 ? "-\(number)" : ""))
            guard try FileStatus.ifPresent(aside) == nil else { continue }
            try Directory.create(aside, mode: 0o700)
            for file in all where try FileStatus.ifPresent(file) != nil {
                guard let name = file.lastComponent else { continue }
                try FileContents.rename(file, to: aside.appending(name))
            }
            try Directory.sync(folder)
            return aside
        }
        return nil
    }

    /// Takes back what was set aside; what lies there instead goes, so it is for what was just begun.
    func putBack(_ aside: FilePath) throws {
        for file in all {
            try Directory.removeTree(file)
            guard let name = file.lastComponent, try FileStatus.ifPresent(aside.appending(name)) != nil else { continue }
            try FileContents.rename(aside.appending(name), to: file)
        }
        try Directory.removeTree(aside)
        try Directory.sync(folder)
    }

    /// Removes what was set aside so long ago, but the newest three; returns how many.
    package func pruneSetAside(olderThan age: Duration) throws -> Int {
        let oldest = Self.name(of: Date.now.addingTimeInterval(-Double(age.components.seconds)))
        // By the time in their names.
        let aside = try Directory.folders(of: folder).compactMap { name -> (time: String, path: FilePath)? in
            guard let word = ["corrupt-", "replaced-"].first(where: name.string.hasPrefix) else { return nil }
            return (String(name.string.dropFirst(word.count)), folder.appending(name))
        }.sorted { $0.time > $1.time }
        let old = aside.dropFirst(3).filter { $0.time < oldest }
        for (_, path) in old { try Directory.removeTree(path) }
        return old.count
    }

    /// The whole database, written again from a connection whose file was gone or replaced; there only until it takes its place.
    var rescued: FilePath { FilePath(database.string + ".rescued") }

    /// Puts what was rescued, if anything was, in its place; what lies there is set aside.
    func takeRescued() throws {
        guard try FileStatus.ifPresent(rescued) != nil else { return }
        try setAside(as: "replaced")
        try FileContents.rename(rescued, to: database)
    }

    // MARK: Snapshots

    /// Snapshots by the time in their names, the newest first; those of a time that has not come, when the clock was wrong, last.
    package func snapshotList() throws -> [FilePath] {
        guard try FileStatus.ifPresent(snapshots) != nil else { return [] }
        let soon = Self.name(of: Date.now.addingTimeInterval(3600))
        let names = try Directory.entries(of: snapshots).map(\.name).filter { Self.isSnapshot($0.string) }.reversed()
        return (names.filter { $0.string <= soon } + names.filter { $0.string > soon }).map(snapshots.appending)
    }

    /// Where the next snapshot goes.
    func snapshotPath(at time: Date = .now) -> FilePath { snapshots.appending(Self.name(of: time) + ".db") }

    /// Makes a copy of a snapshot the database.
    func restore(_ snapshot: FilePath) throws {
        let copy = FilePath(database.string + ".restored")
        try Directory.removeTree(copy)
        try FileContents.write(FileContents.read(snapshot, limit: .max), to: copy)
        try FileContents.rename(copy, to: database)
    }

    /// Removes snapshots but the newest 24, and the newest of each of the last seven days that have any.
    package func pruneSnapshots() throws {
        let list = try snapshotList()
        var kept = Set(list.prefix(24))
        var days: Set<String> = []
        for snapshot in list {
            let day = String(snapshot.lastComponent?.string.prefix(10) ?? "")
            if days.count < 7, days.insert(day).inserted { kept.insert(snapshot) }
        }
        for snapshot in list where !kept.contains(snapshot) { try Directory.removeTree(snapshot) }
    }

    /// `2026-11-25T20-15-00Z`: sorts as the times do, and every file system takes it.
    private static func name(of time: Date) -> String { time.formatted(.iso8601).replacing(":", with: "-") }
    private static func isSnapshot(_ name: String) -> Bool {
        name.hasSuffix("Z.db") && name.utf8.count == 23 && name.utf8.prefix(4).allSatisfy { (48...57).contains($0) }
    }
}
