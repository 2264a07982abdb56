internal import Glibc

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
