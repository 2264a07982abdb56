internal import FerryNoteFuzz
internal import Glibc

/// What libFuzzer calls for each input (https://llvm.org/docs/LibFuzzer.html).
@_cdecl("LLVMFuzzerTestOneInput")
package func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    NoteExercise.run(UnsafeBufferPointer(start: start, count: count))
    return 0
}

/// Called before the corpus is read: puts the known notes into the folder `FERRY_FUZZ_SEEDS`, one for each part that is tried, and the words beside it.
@_cdecl("LLVMFuzzerInitialize")
package func initialize(_ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutableRawPointer) -> CInt {
    if let bytes = getenv("FERRY_FUZZ_HOSTILE").flatMap({ Int(String(cString: $0)) }) { tryHostileNotes(bytes: bytes) }
    guard let folder = getenv("FERRY_FUZZ_SEEDS").map({ String(cString: $0) }) else { return 0 }
    for (number, note) in NoteSeeds.notes.enumerated() {
        for kind in UInt8(0)..<8 { write([kind | UInt8(truncatingIfNeeded: number << 3)] + Array(note.utf8), to: "\(folder)/seed-\(number)-\(kind)") }
    }
    return 0
}

private func write(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "w") else { return perror(path) }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
}

/// Gives hostile notes of so many bytes to reading and writing and prints what took longest; the exit status is 1 where one took more than 4 s of the processor (this build counts every branch).
private func tryHostileNotes(bytes: Int) -> Never {
    var times: [(name: String, seconds: Double)] = []
    for (name, note) in HostileNotes.all(bytes: bytes) {
        for way in HostileNotes.Way.allCases {
            let begin = processorSeconds
            HostileNotes.take(note, way)
            times.append(("\(name), \(way)", processorSeconds - begin))
        }
    }
    let slow = times.count { $0.seconds > 4 }
    for time in times.sorted(by: { $0.seconds > $1.seconds }).prefix(max(12, slow)) { print("  \(time.seconds.formatted) s: \(time.name)") }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let longest = times.map(\.seconds).max() ?? 0
    print(
        "check-long | hostile notes | \(times.count) readings and writings of notes of \(bytes) bytes; longest \(longest.formatted) s, "
            + "peak memory \(usage.ru_maxrss >> 10) MiB")
    exit(slow == 0 ? 0 : 1)
}

extension Double {
    fileprivate var formatted: String { "\((self * 100).rounded() / 100)" }
}

/// What this process has used of the processor (clock_gettime(2)): a busy machine is not the note's fault.
private var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
