internal import Glibc

/// A program that ends before it has read its input must not end Ferry (SIGPIPE); writing to it then fails with EPIPE.
enum BrokenPipes {
    /// For whole processes, once: `main` does the same, tests and other programs may not.
    static let areErrors: Void = {
        signal(SIGPIPE, SIG_IGN)
    }()
}
