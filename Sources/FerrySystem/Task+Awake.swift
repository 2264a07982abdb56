extension Task where Success == Never, Failure == Never {
    /// Sleeps until this process could have worked for `duration`: where the machine sleeps or the process is stopped (SIGSTOP) meanwhile, no more of that
    /// than a twentieth counts. Throws `CancellationError`.
    package static func sleep(awake duration: Duration) async throws {
        let slice = max(.milliseconds(50), duration / 20)
        var left = duration
        while left > .zero {
            try await sleep(for: min(slice, left))
            left -= slice
        }
    }
}
