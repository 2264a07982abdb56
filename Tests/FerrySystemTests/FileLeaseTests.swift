internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct FileLeaseTests {
    init() { signal(SIGIO, SIG_IGN) }

    @Test func `a read lease is refused while the file is open for writing, and granted beside readers`() async throws {
        try await withScratch(["a": "A"]) { folder in
            let reader = try FileDescriptor.open(folder.appending("a"), .readOnly, options: [.closeOnExec])
            defer { try? reader.close() }
            let writer = try FileDescriptor.open(folder.appending("a"), .writeOnly, options: [.closeOnExec])
            #expect(throws: Errno.resourceTemporarilyUnavailable) { _ = try FileLease(on: reader, .read) }
            try writer.close()
            let other = try FileDescriptor.open(folder.appending("a"), .readOnly, options: [.closeOnExec])
            defer { try? other.close() }
            #expect(try held(reader, .read))
        }
    }

    @Test func `a write lease is refused while anybody else has the file open`() async throws {
        try await withScratch(["a": "A"]) { folder in
            let file = try FileDescriptor.open(folder.appending("a"), .readWrite, options: [.closeOnExec])
            defer { try? file.close() }
            let other = try FileDescriptor.open(folder.appending("a"), .readOnly, options: [.closeOnExec])
            #expect(throws: Errno.resourceTemporarilyUnavailable) { _ = try FileLease(on: file, .write) }
            try other.close()
            #expect(try held(file, .write))
        }
    }

    @Test(arguments: [FileDescriptor.AccessMode.writeOnly, .readWrite])
    func `an open for writing waits and breaks a read lease`(mode: FileDescriptor.AccessMode) async throws {
        try await withScratch(["a": "A"]) { folder in
            let path = folder.appending("a")
            let reader = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            defer { try? reader.close() }
            try withLease(reader, .read) { lease in
                // Not blocking: it is refused at once, and asks all the same.
                #expect(throws: Errno.wouldBlock) { _ = try FileDescriptor.open(path, mode, options: [.nonBlocking, .closeOnExec]) }
                let holds = lease.holds
                #expect(!holds)
            }
            let writer = try FileDescriptor.open(path, mode, options: [.nonBlocking, .closeOnExec])
            try writer.close()
        }
    }

    @Test func `readers do not break a read lease, and renaming does not either`() async throws {
        try await withScratch(["a": "A"]) { folder in
            let reader = try FileDescriptor.open(folder.appending("a"), .readOnly, options: [.closeOnExec])
            defer { try? reader.close() }
            try withLease(reader, .read) { lease in
                _ = try FileContents.read(folder.appending("a"))
                try Renaming.move(folder.appending("a"), to: folder.appending("b"))
                let holds = lease.holds
                #expect(holds)
            }
        }
    }

    @Test func `a reader breaks a write lease`() async throws {
        try await withScratch(["a": "A"]) { folder in
            let path = folder.appending("a")
            let file = try FileDescriptor.open(path, .readWrite, options: [.closeOnExec])
            defer { try? file.close() }
            try withLease(file, .write) { lease in
                #expect(throws: Errno.wouldBlock) { _ = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec]) }
                let holds = lease.holds
                #expect(!holds)
            }
            let content = try FileContents.read(path)
            #expect(content == [0x41])
        }
    }

    private func held(_ file: FileDescriptor, _ kind: FileLease.Kind) throws -> Bool {
        var holds = false
        try withLease(file, kind) { holds = $0.holds }
        return holds
    }

    private func withLease(_ file: FileDescriptor, _ kind: FileLease.Kind, _ body: (borrowing FileLease) throws -> Void) throws {
        let lease = try FileLease(on: file, kind)
        try body(lease)
    }
}
