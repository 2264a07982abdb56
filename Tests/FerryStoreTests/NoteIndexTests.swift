internal import FerryStore
internal import SystemPackage
internal import Testing

/// What the index of the notes gives to be kept.
@Suite(.timeLimit(.minutes(1)))
struct NoteIndexTests {
    @Test func `folders are kept, replaced and forgotten, with names that are no UTF-8`() async throws {
        try await withStore { store, _ in
            let odd = try #require(
                [CChar(bitPattern: 0xFF), 0x61, 0].withUnsafeBufferPointer { $0.baseAddress.map { FilePath(platformString: $0) } })
            try await store.saveNoteIndex(changed: [("a/b", [1, 2, 3]), (odd, [0, 255]), ("c", [])])
            #expect(
                Dictionary(uniqueKeysWithValues: try await store.noteIndex().map { ($0.folder, $0.entries) }) == [
                    "a/b": [1, 2, 3], odd: [0, 255], "c": [],
                ])
            try await store.saveNoteIndex(changed: [("a/b", [4]), ("c", nil), ("never", nil)])
            #expect(Dictionary(uniqueKeysWithValues: try await store.noteIndex().map { ($0.folder, $0.entries) }) == ["a/b": [4], odd: [0, 255]])
        }
    }
}
