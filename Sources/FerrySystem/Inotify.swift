internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// One inotify instance (inotify(7)): watches on folders, and what happened in them. Used by one thread.
package struct Inotify: ~Copyable {
    package struct Event: Hashable, Sendable {
        /// The watch that reports; -1 for an overflow.
        package let watch: Int32
        package let mask: UInt32
        /// The entry in the watched folder; `nil` where the folder itself is meant.
        package let name: FilePath.Component?

        package var isFolder: Bool { mask & UInt32(IN_ISDIR) != 0 }
        /// Events were lost; only a full look tells what happened.
        package var isOverflow: Bool { mask & UInt32(IN_Q_OVERFLOW) != 0 }
        /// The watch is gone.
        package var isIgnored: Bool { mask & UInt32(IN_IGNORED) != 0 }
        package var isUnmount: Bool { mask & UInt32(IN_UNMOUNT) != 0 }
        /// The watched folder itself was deleted or moved.
        package var isSelf: Bool { mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF) != 0 }
        /// The entry appeared: made here, or moved in.
        package var isAppearance: Bool { mask & UInt32(IN_CREATE | IN_MOVED_TO) != 0 }
        /// The entry vanished: deleted, or moved out.
        package var isDisappearance: Bool { mask & UInt32(IN_DELETE | IN_MOVED_FROM) != 0 }
    }

    package let descriptor: FileDescriptor

    /// Throws `Errno.tooManyOpenFiles` when the user's instances are used up.
    package init() throws {
        let file = ferry_inotify_init()
        guard file >= 0 else { throw Errno(rawValue: errno) }
        descriptor = FileDescriptor(rawValue: file)
    }

    /// Watches a folder; a link to one only with `followsLink`. Watching it again gives the same number.
    /// Throws `Errno.noSpace` when `fs.inotify.max_user_watches` is reached.
    package func watch(_ folder: FilePath, followsLink: Bool = false) throws -> Int32 {
        let mask =
            IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
            | IN_EXCL_UNLINK | (followsLink ? 0 : IN_DONT_FOLLOW)
        let watch = folder.withPlatformString { inotify_add_watch(descriptor.rawValue, $0, UInt32(mask)) }
        guard watch >= 0 else { throw Errno(rawValue: errno) }
        return watch
    }

    /// Takes the watch off; one that is gone already is no error.
    package func remove(_ watch: Int32) { _ = inotify_rm_watch(descriptor.rawValue, watch) }

    /// Waits until there are events, or for `limit` (then there are none), or until something arrives on `wake` (then it returns `nil`).
    package func read(wake: FileDescriptor, limit: Duration? = nil) throws -> [Event]? {
        var polled = [
            pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0), pollfd(fd: wake.rawValue, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = limit.map { Int32(clamping: Int($0 / .milliseconds(1))) } ?? -1
        while poll(&polled, 2, milliseconds) < 0 { guard errno == EINTR else { throw Errno(rawValue: errno) } }
        if polled[1].revents != 0 { return nil }
        if polled[0].revents == 0 { return [] }
        // Room for many events with the longest names (NAME_MAX 255).
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(descriptor.rawValue, &buffer, buffer.count)
        guard count > 0 else {
            if count == 0 || errno == EAGAIN || errno == EINTR { return [] }
            throw Errno(rawValue: errno)
        }
        var events: [Event] = []
        var offset = 0
        buffer.withUnsafeBytes { bytes in
            while offset + 16 <= count {
                let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
                let name = bytes[(offset + 16)..<(offset + 16 + length)].prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
                events.append(
                    Event(
                        watch: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self),
                        mask: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self),
                        name: length == 0
                            ? nil : name.withUnsafeBufferPointer { $0.baseAddress.flatMap { FilePath.Component(platformString: $0) } }))
                offset += 16 + length
            }
        }
        return events
    }

    deinit { try? descriptor.close() }
}

/// A pipe that wakes a thread out of `Inotify.read`.
package struct WakePipe: Sendable {
    package let reading: FileDescriptor
    private let writing: FileDescriptor

    package init() throws {
        var ends: [Int32] = [0, 0]
        guard ferry_pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
        reading = FileDescriptor(rawValue: ends[0])
        writing = FileDescriptor(rawValue: ends[1])
    }

    /// Wakes `read`, and `wait`, now or at their next call.
    package func wake() { _ = try? writing.writeAll([1]) }

    /// Waits for `wake`.
    package func wait() {
        var polled = pollfd(fd: reading.rawValue, events: Int16(POLLIN), revents: 0)
        while poll(&polled, 1, -1) < 0, errno == EINTR {}
    }

    /// Closes both ends; nobody may wait or wake afterwards.
    package func close() {
        try? reading.close()
        try? writing.close()
    }
}

/// Runs a closure on a thread of its own, for calls that block (two cores mean two threads in the cooperative pool).
package func onOwnThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    let failed = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, box.toOpaque())
    if failed == 0 {
        pthread_detach(thread)
    } else {
        box.release()
        preconditionFailure("no thread could be made (error \(failed))")
    }
}
