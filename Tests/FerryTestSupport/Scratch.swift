internal import FerrySystem
internal import Glibc
package import SystemPackage

/// A folder of the test's own below the system's temporary folder; gone at the end unless `FERRY_KEEP_SCRATCH=1`.
package func withScratch<Result>(
    _ files: [String: String] = [:], function: String = #function, _ body: (FilePath) async throws -> Result
) async throws -> Result {
    let root = FilePath(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")
    let folder = root.appending("ferry-test-\(UInt32.random(in: .min ... .max))")
    try Directory.create(folder, mode: 0o700)
    try write(files, below: folder)
    let keep = getenv("FERRY_KEEP_SCRATCH") != nil
    defer {
        if keep { print("kept: \(folder) (\(function))") } else { try? Directory.removeTree(folder) }
    }
    return try await body(folder)
}

/// Writes files given as relative path → text; a path that ends in `/` is an empty folder.
package func write(_ files: [String: String], below folder: FilePath) throws {
    for (name, text) in files.sorted(by: { $0.key < $1.key }) {
        let path = folder.appending(name)
        if name.hasSuffix("/") {
            try Directory.create(path)
        } else {
            try Directory.create(path.removingLastComponent())
            try FileContents.write(Array(text.utf8), to: path, mode: 0o644)
        }
    }
}

/// The text of a file, as UTF-8.
package func text(_ path: FilePath) throws -> String { String(decoding: try FileContents.read(path), as: UTF8.self) }

/// Waits until a fact holds, looking every few milliseconds; returns whether it came to hold. For facts that no event announces.
package func eventually(within limit: Duration = .seconds(20), _ fact: () async throws -> Bool) async rethrows -> Bool {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    while clock.now < end {
        let began = clock.now
        if try await fact() { return true }
        // Asking takes at most a fifth of the time: it must not starve what it waits for.
        try? await clock.sleep(for: max(.milliseconds(5), min((clock.now - began) * 4, .milliseconds(500))))
    }
    return try await fact()
}
