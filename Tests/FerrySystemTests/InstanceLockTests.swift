internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct InstanceLockTests {
    @Test func `one at a time holds it, others learn that it is held, and it ends with its holder`() async throws {
        try await withScratch { folder in
            let path = folder.appending("lock")
            #expect(!InstanceLock.isHeld(at: path))
            try whileLocked(path) {
                #expect(InstanceLock.isHeld(at: path))
                #expect(throws: Errno.wouldBlock) { _ = try InstanceLock(at: path) }
                #expect(InstanceLock.isHeld(at: path))
            }
            #expect(!InstanceLock.isHeld(at: path))
            try whileLocked(path) {}
        }
    }

    @Test func `asking never takes the lock away from one who wants it`() async throws {
        try await withScratch(["lock": ""]) { folder in
            let path = folder.appending("lock")
            let asked = Mutex<Int?>(0)
            // A thread of its own, so that it comes between wherever it can; ends when there is no count any more.
            onOwnThread {
                while asked.withLock({ $0 != nil }) {
                    _ = InstanceLock.isHeld(at: path)
                    asked.withLock { count in count? += 1 }
                }
            }
            defer { asked.withLock { $0 = nil } }
            let isAsking = await eventually { asked.withLock { $0 ?? 0 } > 0 }
            #expect(isAsking)
            for _ in 0..<3000 { try whileLocked(path) {} }
        }
    }

    @Test func `the file holds the process id of the last holder and nothing else`() async throws {
        try await withScratch(["lock": "12345678901234567890\n"]) { folder in
            let path = folder.appending("lock")
            try whileLocked(path) {}
            let content = try text(path)
            #expect(content == "\(getpid())\n")
        }
    }

    @Test func `a folder that is missing is an error of its own`() async throws {
        try await withScratch { folder in
            #expect(throws: Errno.noSuchFileOrDirectory) { try whileLocked(folder.appending("no/lock")) {} }
            #expect(!InstanceLock.isHeld(at: folder.appending("no/lock")))
        }
    }
}

private func whileLocked(_ path: FilePath, _ body: () throws -> Void) throws {
    let lock = try InstanceLock(at: path)
    try withExtendedLifetime(lock) { _ in try body() }
}
