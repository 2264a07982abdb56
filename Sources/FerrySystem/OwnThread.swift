internal import Glibc
internal import SystemPackage

/// Runs a closure on a thread of its own, for calls that block (two cores mean two threads in the cooperative pool).
package func onOwnThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    var failed: Int32 = 0
    // At the user's limit of processes (`ulimit -u`, TasksMax) there is one again when something ends. The calling thread waits for that: there is none to do it.
    for _ in 0..<ownThreadPatience {
        failed = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        if failed == 0 { break }
        usleep(50_000)
    }
    if failed == 0 {
        pthread_detach(thread)
    } else {
        box.release()
        // A release build says nothing of its own.
        let words = "ferry: No thread can be made (\(Errno(rawValue: failed))). Raise the limit of processes: ulimit -u, or TasksMax of the unit.\n"
        _ = try? FileDescriptor.standardError.writeAll(words.utf8)
        preconditionFailure(words)
    }
}

/// Tries to make a thread, 50 ms apart: a minute.
private let ownThreadPatience = 1200
