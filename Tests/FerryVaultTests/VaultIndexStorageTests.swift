internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryVault

/// What the next process takes over, and what it does not trust.
@Suite(.timeLimit(.minutes(1)))
struct VaultIndexStorageTests {
    private static let notes = [
        "10_features/01_ideas/a.md": "# a\n", "10_features/02_drafts/x/b.md": "---\nid: FR-007\nstatus: drafts\n---\n",
        "10_features/02_drafts/x/c.md": "---\nid: AB-0012\n---\n", "10_features/02_drafts/x/d (conflicted copy 1).md": "d\n",
        "10_features/06_done/board.md": "---\nkanban-plugin: basic\n---\n",
    ]

    /// A vault that has been quiet for long, indexed, and what is stored of it.
    private func withStored(_ body: (FilePath, VaultIndex, [(folder: FilePath, entries: [UInt8])]) throws -> Void) async throws {
        try await withScratch(Self.notes) { root in
            usleep(60_000)
            var index = VaultIndex(root: root, layout: VaultLayout(), prefix: "")
            _ = try index.refresh(.everything)
            let stored = index.takeChangedFolders(excluding: []).compactMap { folder, entries in entries.map { (folder: folder, entries: $0) } }
            #expect(stored.count == 3)
            #expect(index.takeChangedFolders(excluding: []).isEmpty)
            try body(root, index, stored)
        }
    }

    private func restored(_ root: FilePath, _ stored: [(folder: FilePath, entries: [UInt8])], prefix: String = "") -> VaultIndex {
        var index = VaultIndex(root: root, layout: VaultLayout(), prefix: prefix)
        index.restore(stored)
        return index
    }

    @Test func `an unchanged vault is not read again`() async throws {
        try await withStored { root, old, stored in
            var index = restored(root, stored)
            for state in FeatureState.allCases { #expect(Array(index.notes(in: state)) == Array(old.notes(in: state))) }
            #expect(index.conflicts == old.conflicts)
            #expect(index.highestNumber(prefix: "AB") == 12)
            let delta = try #require(try index.refresh(.everything))
            #expect(delta.isEmpty)
            #expect(delta.readCount == 0)
            #expect(index.takeChangedFolders(excluding: []).isEmpty)
        }
    }

    @Test func `what changed while nobody looked is told, moves as moves`() async throws {
        try await withStored { root, _, stored in
            let (from, to) = (root.pushing("10_features/02_drafts/x/b.md"), root.pushing("10_features/01_ideas/b.md"))
            #expect(from.withPlatformString { from in to.withPlatformString { rename(from, $0) } } == 0)
            try write(["10_features/01_ideas/a.md": "# changed\n"], below: root)
            var index = restored(root, stored)
            let delta = try #require(try index.refresh(.everything))
            #expect(delta.gone.map(\.path) == ["10_features/02_drafts/x/b.md"])
            #expect(delta.came.map(\.note.path) == ["10_features/01_ideas/a.md", "10_features/01_ideas/b.md"])
            #expect(delta.came.map(\.movedFrom?.path) == [nil, "10_features/02_drafts/x/b.md"])
            #expect(Set(index.takeChangedFolders(excluding: []).map(\.folder)) == ["10_features/01_ideas", "10_features/02_drafts/x"])
        }
    }

    @Test func `a note that is moved is known by its file, also where it was to be looked at again`() async throws {
        try await withStored { root, old, _ in
            var old = old
            let open: FilePath = "10_features/02_drafts/x/b.md"
            let again = old.takeChangedFolders(excluding: [open])
            let (from, to) = (root.pushing(open), root.pushing("10_features/01_ideas/b.md"))
            #expect(from.withPlatformString { from in to.withPlatformString { rename(from, $0) } } == 0)
            var index = restored(root, again.compactMap { folder, entries in entries.map { (folder, $0) } })
            let delta = try #require(try index.refresh(.everything))
            #expect(delta.came.first { $0.note.path == "10_features/01_ideas/b.md" }?.movedFrom?.path == open)
        }
    }

    @Test func `a note whose decision is open is looked at again after a restart, until it is taken`() async throws {
        try await withStored { root, old, stored in
            var old = old
            let open: FilePath = "10_features/02_drafts/x/b.md"
            let again = old.takeChangedFolders(excluding: [open])
            #expect(again.map(\.folder) == ["10_features/02_drafts/x"])
            var index = restored(root, again.compactMap { folder, entries in entries.map { (folder, $0) } })
            let delta = try #require(try index.refresh(.everything))
            let came = delta.came.filter { $0.before != nil }
            #expect(came.map(\.note.path) == [open])
            #expect(came.first?.before?.id == FeatureID(number: 7))
            #expect(old.takeChangedFolders(excluding: [open]).isEmpty)
            #expect(old.takeChangedFolders(excluding: []).map(\.folder) == ["10_features/02_drafts/x"])
        }
    }

    @Test func `damaged, torn and foreign bytes are ignored, and never crash`() async throws {
        try await withStored { root, _, stored in
            for (folder, entries) in stored {
                for end in entries.indices { #expect(restored(root, [(folder, Array(entries[..<end]))]).count == 0) }
                for position in entries.indices {
                    var damaged = entries
                    damaged[position] ^= 0x40
                    #expect(restored(root, [(folder, damaged)]).count == 0)
                }
            }
            #expect(restored(root, stored, prefix: "ferry_").count == 0)
            #expect(restored(root, stored.map { ("elsewhere", $0.entries) }).count == 0)
            var index = restored(root, [(stored[0].folder, [])] + stored.dropFirst())
            _ = try index.refresh(.everything)
            #expect(index.count == Self.notes.count)
        }
    }

    @Test func `a vault copied to another disk is read anew, an empty place where it was mounted is not the vault`() async throws {
        try await withStored { root, old, stored in
            // As if what was stored came from another device.
            let elsewhere = stored.compactMap { folder, entries -> (folder: FilePath, entries: [UInt8])? in
                guard var form = StoredFolder(decoding: entries, prefix: "") else { return nil }
                form.rootDevice += 1
                form.device += 1
                return (folder, form.encoded(prefix: ""))
            }
            var index = restored(root, elsewhere)
            let delta = try #require(try index.refresh(.everything))
            #expect(delta.gone.isEmpty)
            #expect(delta.came.count == old.count)
            for (path, _) in Self.notes { #expect(root.pushing(FilePath(path)).withPlatformString { unlink($0) } == 0) }
            var empty = restored(root, elsewhere)
            #expect(try empty.refresh(.everything) == nil)
            #expect(empty.count == old.count)
        }
    }
}
