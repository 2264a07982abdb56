internal import Glibc
internal import SystemPackage

/// Runs a closure on a thread of its own, for calls that block (two cores mean two threads in the cooperative pool).
///
/// At the user's limit of processes (`ulimit -u`, TasksMax) there is no thread before something else ends: it is tried again for a minute, while the caller goes on.
package func onOwnThread(_ body: @escaping @Sendable () -> Void) {
    guard let failed = startThread(body) else { return }
    Task {
        var failed = failed
        for _ in 0..<1200 {
            try? await Task.sleep(for: .milliseconds(50))
            guard let again = startThread(body) else { return }
            failed = again
        }
        // A release build says nothing of its own.
        let words = "ferry: No thread can be made (\(failed)). Raise the limit of processes: ulimit -u, or TasksMax of the unit.\n"
        _ = try? FileDescriptor.standardError.writeAll(words.utf8)
        preconditionFailure(words)
    }
}

/// Why it could not be started; `nil` where it was.
private func startThread(_ body: @escaping @Sendable () -> Void) -> Errno? {
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
    guard failed == 0 else {
        box.release()
        return Errno(rawValue: failed)
    }
    pthread_detach(thread)
    return nil
}
