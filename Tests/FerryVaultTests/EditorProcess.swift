internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage

/// An editor in a process of its own, which saves a note each time it is told to.
final class EditorProcess: Sendable {
    private let pid: pid_t
    private let orders: FileDescriptor
    private let answers: FileDescriptor

    init(_ way: String, _ note: FilePath) throws {
        let (theirInput, orders) = try FileDescriptor.pipe()
        let (answers, theirOutput) = try FileDescriptor.pipe()
        (self.orders, self.answers) = (orders, answers)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, theirInput.rawValue, 0)
        posix_spawn_file_actions_adddup2(&actions, theirOutput.rawValue, 1)
        for end in [theirInput, theirOutput, orders, answers] { posix_spawn_file_actions_addclose(&actions, end.rawValue) }
        let program = try CrashPoint.program("ferry-note-exercise").string
        let words = [program, note.string, way].map { (word: String) in strdup(word) }
        defer { words.forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, program, &actions, nil, words + [nil], [nil])
        self.pid = pid
        try theirInput.close()
        try theirOutput.close()
        guard failure == 0 else { throw Errno(rawValue: failure) }
    }

    func begin() throws { _ = try orders.writeAll([1]) }

    /// Returns when the save that was begun is done. Throws where the editor has ended.
    func finish() async throws {
        let answers = answers
        let count = await withCheckedContinuation { continuation in
            onOwnThread {
                var byte: UInt8 = 0
                continuation.resume(returning: read(answers.rawValue, &byte, 1))
            }
        }
        guard count == 1 else { throw Errno.brokenPipe }
    }

    deinit {
        try? orders.close()
        try? answers.close()
        waitpid(pid, nil, 0)
    }
}
