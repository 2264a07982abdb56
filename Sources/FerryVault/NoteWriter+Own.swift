internal import FerrySystem
internal import Synchronization
package import SystemPackage

/// Notes that only Ferry writes: run notes and transcripts.
extension NoteWriter {
    /// Makes such a note, or replaces its content if that differs; it ends with a seal. What a person has written into it is first kept beside
    /// it, as `NAME (your edit)`. Throws as `update`.
    package func replace(_ path: FilePath, content: [UInt8]) async throws -> Outcome {
        let sealed = OwnNote.sealed(content)
        let edit = Mutex<[UInt8]?>(nil)
        var kept: ContentHash?
        for _ in 0..<3 {
            let outcome = try await update(path) { [kept] (bytes: [UInt8]) throws(NoteRefusal) in
                let isEdit = !bytes.isEmpty && !OwnNote.isSealed(bytes) && ContentHash(of: bytes) != kept
                edit.withLock { $0 = isEdit ? bytes : nil }
                return isEdit ? bytes : sealed
            }
            if outcome == .gone {
                if try await create(path, content: sealed) { return .written(ContentHash(of: sealed)) }
                continue
            }
            guard let bytes = edit.withLock({ $0 }), case .unchanged(let hash) = outcome else { return outcome }
            try await onOwnQueue { _ = try self.keepCopy(content: bytes, of: path, .yourEdit) }
            kept = hash
        }
        return .busy
    }

    /// Removes such a note if all of it is Ferry's; one that a person has changed stays. Returns whether it is gone. Throws `Errno`.
    package func removeOwn(_ path: FilePath) async throws -> Bool {
        guard let bytes = try? files.read(path, limit: NoteBytes.sizeLimit), OwnNote.isSealed(bytes) else { return false }
        return try await remove(path, having: ContentHash(of: bytes))
    }
}
