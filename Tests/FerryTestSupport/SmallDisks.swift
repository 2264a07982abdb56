internal import FerrySystem
internal import Glibc
package import SystemPackage

/// Real file systems of a few megabytes over folders of the test's own, in user and mount namespaces (unshare(1)), so that an ordinary user can make and fill
/// them. Programs that are to see them are started by `run`; the test itself looks at them by `inside`. All of it is gone when this is.
package final class SmallDisks: Sendable {
    private let pid: pid_t
    private let input: FileDescriptor
    private let log: FilePath

    /// Mounts a tmpfs over each of these folders, with what is in them. `files`: so many at most on each. What the shell and its programs print goes to the file `log`.
    /// Throws `Errno` where there is no unshare(1).
    package init(over folders: [FilePath], megabytes: Int, files: Int? = nil, log: FilePath) throws {
        let options = "size=\(megabytes)m" + (files.map { ",nr_inodes=\($0)" } ?? "")
        self.log = log
        let (inputEnd, input) = try FileDescriptor.pipe()
        _ = fcntl(input.rawValue, F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inputEnd.rawValue, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log.string, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        posix_spawn_file_actions_addclose(&actions, inputEnd.rawValue)
        let arguments: [String] = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child", "sh"]
        let words = arguments.map { strdup($0) }
        defer { words.forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, "unshare", &actions, nil, words + [nil], environ)
        try inputEnd.close()
        guard failure == 0 else { throw Errno(rawValue: failure) }
        (self.pid, self.input) = (pid, input)
        for folder in folders {
            try run("mkdir -p '\(folder)' && cp -a '\(folder)' '\(folder).before' && mount -t tmpfs -o \(options) none '\(folder)'")
            try run("cp -a '\(folder).before/.' '\(folder)' && echo mounted '\(folder)'")
        }
    }

    deinit {
        try? input.close()
        _ = kill(pid, SIGKILL)
        while waitpid(pid, nil, 0) == -1, errno == EINTR {}
    }

    /// Whether the disks are there; some containers allow no namespaces to an ordinary user.
    package func areMounted(_ count: Int) async -> Bool {
        await eventually(within: .seconds(10)) { said("mounted ", times: count) || pid == waitpid(pid, nil, WNOHANG) }
            && said("mounted ", times: count)
    }

    /// Tells the shell to run this; does not wait.
    package func run(_ command: String) throws { _ = try input.writeAll((command + "\n").utf8) }

    /// Runs a command and returns what it printed.
    package func output(of command: String) async throws -> String {
        let mark = "done \(UInt32.random(in: .min ... .max))"
        let before = printed.utf8.count
        try run("\(command); echo; echo '\(mark)'")
        _ = await eventually { printed.contains(mark) }
        return String(decoding: Array(printed.utf8.dropFirst(before)), as: UTF8.self).replacing(mark, with: "")
    }

    /// Leaves so many kilobytes free on the disk over a folder.
    package func fill(_ folder: FilePath, leaving kilobytes: Int = 0) async throws {
        let ballast = "'\(folder)/ballast'"
        _ = try await output(
            of:
                "rm -f \(ballast); n=$(df -k --output=avail '\(folder)' | tail -1); dd if=/dev/zero of=\(ballast) bs=1k count=$((n - \(kilobytes))) 2>&1"
        )
    }

    /// Puts so many empty files on the disk over a folder.
    package func fill(_ folder: FilePath, files: Int) async throws {
        _ = try await output(of: "mkdir '\(folder)/ballast' && cd '\(folder)/ballast' && seq \(files) | xargs touch; cd /")
    }

    /// Takes away what filled the disk.
    package func empty(_ folder: FilePath) async throws { _ = try await output(of: "rm -rf '\(folder)/ballast'") }

    /// The path by which the test reaches what lies at a path on these disks.
    package func inside(_ path: FilePath) -> FilePath { FilePath("/proc/\(pid)/root").pushing(FilePath(root: nil, path.components)) }

    private var printed: String { (try? text(log)) ?? "" }
    private func said(_ part: String, times: Int) -> Bool { printed.split(separator: "\n").count { $0.hasPrefix(part) } >= times }
}
