internal import FerrySystem
internal import Foundation
internal import GRDB
package import SystemPackage

/// What the index of the vault's notes gives to be kept, so that the next process reads only what has changed. A cache: it may be lost.
extension Store {
    /// All that was saved, in no particular order: a folder (relative to the vault) and its notes, in the form of the index.
    package func noteIndex() async throws -> [(folder: FilePath, entries: [UInt8])] {
        try await read { database in
            var folders: [(folder: FilePath, entries: [UInt8])] = []
            let rows = try Row.fetchCursor(database, sql: "SELECT folder, entries FROM note_index")
            while let row = try rows.next() { folders.append((FilePath(blob: row["folder"]), [UInt8](row["entries"] as Data))) }
            return folders
        }
    }

    /// Replaces what is kept of these folders, in one transaction; `nil` forgets the folder.
    package func saveNoteIndex(changed: [(folder: FilePath, entries: [UInt8]?)]) async throws {
        guard !changed.isEmpty else { return }
        try await write { database in
            let save = try database.makeStatement(sql: "INSERT OR REPLACE INTO note_index VALUES (?,?)")
            let forget = try database.makeStatement(sql: "DELETE FROM note_index WHERE folder = ?")
            for (folder, entries) in changed {
                if let entries {
                    try save.execute(arguments: [folder.blob, Data(entries)])
                } else {
                    try forget.execute(arguments: [folder.blob])
                }
            }
            try failpoint(.indexAfterIntent)
        }
    }
}
