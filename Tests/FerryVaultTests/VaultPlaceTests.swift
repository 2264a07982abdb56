internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Testing

struct VaultPlaceTests {
    private static let files = ["vault/10_features/03_planned/a.md": "a", "vault/90_system/ferry.md": "---\nvault_id: abc\n---\n"]

    private func place(_ folder: FilePath) -> VaultPlace { VaultPlace(root: folder.appending("vault"), id: "abc", layout: VaultLayout()) }

    @Test func `a vault at its place is there, and stays so while its settings are written anew`() async throws {
        try await withScratch(Self.files) { folder in
            var place = place(folder)
            #expect(place.absence() == nil)
            try Directory.removeTree(folder.appending("vault/90_system/ferry.md"))
            #expect(place.absence() == nil)
            try Directory.removeTree(folder.appending("vault/10_features/03_planned/a.md"))
            #expect(place.absence() == nil)
        }
    }

    @Test func `a copy of the vault at the same path is the vault, another folder is not`() async throws {
        try await withScratch(Self.files) { folder in
            var place = place(folder)
            #expect(place.absence() == nil)
            let vault = folder.appending("vault"), away = folder.appending("away")
            try Renaming.move(vault, to: away)
            #expect(place.absence()?.contains("is missing") == true)
            try Directory.create(vault.appending("10_features/03_planned"))
            #expect(place.absence()?.contains("another folder") == true)
            try write(["90_system/ferry.md": "---\nvault_id: xyz\n---\n"], below: vault)
            #expect(place.absence()?.contains("another folder") == true)
            try write(["90_system/ferry.md": "---\nvault_id: abc\n---\n"], below: vault)
            #expect(place.absence() == nil)
            try Directory.removeTree(vault)
            try Renaming.move(away, to: vault)
            #expect(place.absence() == nil)
        }
    }

    @Test func `a vault without state folders, or with one that cannot be read, is not there`() async throws {
        try await withScratch(Self.files) { folder in
            var place = place(folder)
            let features = folder.appending("vault/10_features"), planned = features.appending("03_planned")
            if geteuid() != 0 {
                _ = chmod(planned.string, 0)
                #expect(place.absence()?.contains("cannot be read") == true)
                _ = chmod(planned.string, 0o700)
            }
            #expect(place.absence() == nil)
            try Directory.removeTree(planned)
            #expect(place.absence()?.contains("None of the state folders") == true)
            try Directory.create(features.appending("06_done"))
            #expect(place.absence() == nil)
        }
    }

    @Test func `a mount that came or went while nobody looked hides notes, unless one of them is to be seen`() async throws {
        try await withScratch(Self.files) { folder in
            let planned = MountTable.resolved(folder.appending("vault/10_features/03_planned"))
            let gone: [FilePath] = ["10_features/03_planned/b.md", "10_features/03_planned/c.md"]
            var hidden = place(folder)
            hidden.expect([planned], notes: gone)
            #expect(hidden.absence()?.contains("is not mounted any more since Ferry ran last, and none of the 2 notes") == true)
            try write(["10_features/03_planned/c.md": "c"], below: folder.appending("vault"))
            #expect(hidden.absence() == nil)
            // What was accepted once is accepted.
            try Directory.removeTree(planned.appending("c.md"))
            #expect(hidden.absence() == nil)
            var without = place(folder)
            without.expect([planned], notes: ["10_features/06_done/x.md"])
            #expect(without.absence() == nil)
        }
    }
}
