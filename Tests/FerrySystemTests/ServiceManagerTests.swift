internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerrySystem

/// What a service manager and a later process know of this one.
@Suite(.timeLimit(.minutes(1)))
struct ServiceManagerTests {
    @Test(arguments: [false, true])
    func `a message comes to the manager, on a path and on an abstract name`(isAbstract: Bool) async throws {
        try await withScratch { scratch in
            let name = isAbstract ? "@ferry-test-\(UInt32.random(in: .min ... .max))" : scratch.appending("notify").string
            let listener = try NotifyListener(name)
            let socket = try #require(NotifySocket(name))
            try socket.send(["READY=1", "STATUS=one\nWATCHDOG=trigger", "X=2"])
            #expect(await eventually { !listener.messages.isEmpty })
            #expect(listener.messages == ["READY=1\nSTATUS=one\nX=2"])
        }
    }

    @Test(arguments: ["", "/", "relative", "@", "vsock:2:3", "/" + String(repeating: "x", count: 108)])
    func `what names no socket is none`(name: String) {
        #expect(NotifySocket(name) == nil)
    }

    @Test func `nobody listens`() throws {
        #expect(throws: Errno.self) { try NotifySocket("/nowhere/notify")?.send(["READY=1"]) }
    }

    @Test func `a process is alive until it ends, and its number is not enough`() {
        let own = ProcessIdentity.current
        #expect(own.isAlive)
        #expect(ProcessIdentity(own.description) == own)
        #expect(!ProcessIdentity(boot: own.boot, number: own.number, start: own.start + 1).isAlive)
        #expect(!ProcessIdentity(boot: "another", number: own.number, start: own.start).isAlive)
        for text in ["", "a:b:c", "a:0:1", "a:1", "a:1:2:3"] { #expect(ProcessIdentity(text) == nil, "\(text)") }
    }

    private func spawn(_ program: String, _ arguments: [String], mark: String?) throws -> pid_t {
        let words = ([program] + arguments).map { strdup($0) }
        let marks: [String] = mark.map { ["\(ProcessMark.name)=\($0)"] } ?? []
        let variables = marks.map { strdup($0) }
        defer { (words + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, program, nil, nil, words + [nil], variables + [nil])
        guard failure == 0 else { throw Errno(rawValue: failure) }
        return pid
    }

    @Test func `what a Ferry that is gone left running is found by its mark and ended, whatever it does about SIGTERM`() throws {
        let own = ProcessIdentity.current
        // A process of our number that began a tick before we did is gone.
        let gone = ProcessIdentity(boot: own.boot, number: own.number, start: own.start - 1)
        let orphan = try spawn("/bin/sh", ["-c", "trap '' TERM; while :; do sleep 1; done"], mark: gone.description)
        let others = [
            try spawn("/bin/sleep", ["60"], mark: own.description), try spawn("/bin/sleep", ["60"], mark: nil),
            try spawn("/bin/sleep", ["60"], mark: "another boot:1:1"), try spawn("/bin/sleep", ["60"], mark: "\(own.boot):\(own.number)"),
        ]
        defer {
            for pid in others + [orphan] {
                kill(pid, SIGKILL)
                waitpid(pid, nil, 0)
            }
        }
        let found = OrphanedProcess.all()
        #expect(found.map(\.number).contains(orphan))
        #expect(others.allSatisfy { pid in !found.map(\.number).contains(pid) })
        let ours = found.filter { $0.number == orphan }
        #expect(OrphanedProcess.end(ours, patience: .milliseconds(200)).isEmpty)
        #expect(ProcessIdentity.startOfProcess(orphan) == nil)
        #expect(others.allSatisfy { ProcessIdentity.startOfProcess($0) != nil })
    }
}
