internal import CFerryLinux
internal import Glibc
package import SystemPackage

/// One inotify instance (inotify(7)): watches on folders, and what happened in them.
package final class Inotify: Sendable {
    package struct Event: Hashable, Sendable {
        /// The watch that reports; -1 for an overflow.
        package let watch: Int32
        package let mask: UInt32
        /// The entry in the watched folder; `nil` where the folder itself is meant.
        package let name: FilePath.Component?

        package init(watch: Int32, mask: UInt32, name: FilePath.Component?) {
            self.watch = watch
            self.mask = mask
            self.name = name
        }

        package var isFolder: Bool { mask & UInt32(IN_ISDIR) != 0 }
        /// Events were lost; only a full look tells what happened.
        package var isOverflow: Bool { mask & UInt32(IN_Q_OVERFLOW) != 0 }
        /// The watch is gone.
        package var isIgnored: Bool { mask & UInt32(IN_IGNORED) != 0 }
        package var isUnmount: Bool { mask & UInt32(IN_UNMOUNT) != 0 }
        /// The watched folder itself was deleted or moved.
        package var isSelf: Bool { mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF) != 0 }
    }

    package enum Interest: Sendable {
        /// Whatever changes in the folder or below it.
        case everything
        /// Entries that come and go, in a folder that is somebody else's business; added to what else is asked of the same folder.
        case names
        /// That a link is deleted or moved; told of the link itself, wherever it leads.
        case link
    }

    package let descriptor: FileDescriptor

    /// Throws `Errno.tooManyOpenFiles` when the user's instances (`fs.inotify.max_user_instances`) are used up.
    package init() throws {
        let file = ferry_inotify_init()
        guard file >= 0 else { throw Errno(rawValue: errno) }
        descriptor = FileDescriptor(rawValue: file)
    }

    deinit { try? descriptor.close() }

    /// Watches a folder; a link to one only with `followsLink`, a link itself only for `link`. As long as the folder is watched its number is the same, wherever it is moved:
    /// asking again under a path tells which of the watched folders is there now.
    /// Throws `Errno.noSpace` when `fs.inotify.max_user_watches` is reached.
    package func watch(_ folder: FilePath, followsLink: Bool = false, for interest: Interest = .everything) throws -> Int32 {
        let names = IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ONLYDIR
        var mask =
            switch interest {
            case .everything: names | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_EXCL_UNLINK
            case .names: names | IN_MASK_ADD
            case .link: IN_DELETE_SELF | IN_MOVE_SELF | IN_DONT_FOLLOW | IN_MASK_ADD
            }
        if !followsLink { mask |= IN_DONT_FOLLOW }
        let watch = folder.withPlatformString { inotify_add_watch(descriptor.rawValue, $0, UInt32(mask)) }
        guard watch >= 0 else { throw Errno(rawValue: errno) }
        return watch
    }

    /// Takes the watch off; one that is gone already is no error. Its last event says `isIgnored`.
    package func remove(_ watch: Int32) { _ = inotify_rm_watch(descriptor.rawValue, watch) }

    /// The events that are there now, at most those of one buffer; none where there are none. Throws `Errno`.
    package func read() throws -> [Event] {
        // Room for many events with the longest names (NAME_MAX 255).
        try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
            let count = Glibc.read(descriptor.rawValue, buffer.baseAddress, buffer.count)
            guard count > 0 else {
                if count == 0 || errno == EAGAIN || errno == EINTR { return [] }
                throw Errno(rawValue: errno)
            }
            return Self.events(in: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// struct inotify_event: watch, mask, cookie, length of the name, the name filled up with zeros.
    private static func events(in bytes: UnsafeRawBufferPointer) -> [Event] {
        var events: [Event] = []
        var offset = 0
        while offset + 16 <= bytes.count {
            let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
            let name = UnsafeRawBufferPointer(rebasing: bytes[(offset + 16)..<(offset + 16 + length)]).assumingMemoryBound(to: CChar.self)
            events.append(
                Event(
                    watch: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self),
                    mask: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self),
                    name: length == 0 ? nil : name.baseAddress.flatMap { FilePath.Component(platformString: $0) }))
            offset += 16 + length
        }
        return events
    }
}
