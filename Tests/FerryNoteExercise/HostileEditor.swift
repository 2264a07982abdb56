internal import Glibc

/// A program that saves a note in one of the ways that editors have, at a random moment after it is told to: each byte on the standard input is one
/// save, and is answered by one when the note is closed.
struct HostileEditor {
    enum Way: String { case truncate, vim, rename, lateTruncate, twoWrites, append, heldOpen, mapped }

    let way: Way
    let note: String

    func run() {
        var round: Int32 = 0
        var byte: UInt8 = 0
        while read(0, &byte, 1) == 1 {
            usleep(useconds_t.random(in: 0...600))
            save(Array(Self.text(round).utf8))
            round += 1
            _ = write(1, &byte, 1)
        }
    }

    /// What is saved in a round, counted from 0.
    static func text(_ round: Int32) -> String { "person \(round) " + String(repeating: "x", count: 3000) + " end \(round)\n" }

    private func save(_ bytes: [UInt8]) {
        let half = bytes.count / 2
        switch way {
        case .truncate: put([bytes], to: note, O_TRUNC)
        case .vim:
            _ = Glibc.rename(note, note + "~")
            put([bytes], to: note, O_CREAT | O_TRUNC)
            unlink(note + "~")
        case .rename:
            put([bytes], to: note + ".new", O_CREAT | O_TRUNC)
            _ = Glibc.rename(note + ".new", note)
        case .lateTruncate: put([bytes], to: note, 0, pause: 200, isLate: true)
        case .twoWrites: put([Array(bytes[..<half]), Array(bytes[half...])], to: note, O_TRUNC, pause: 200)
        case .append: put([bytes], to: note, O_APPEND)
        case .heldOpen: put([bytes, []], to: note, O_TRUNC, pause: 2000)
        case .mapped: map(bytes)
        }
    }

    private func put(_ pieces: [[UInt8]], to path: String, _ flags: Int32, pause: useconds_t = 0, isLate: Bool = false) {
        let file = open(path, O_WRONLY | flags, 0o644)
        guard file >= 0 else { exit(4) }
        if isLate {
            usleep(pause)
            _ = ftruncate(file, 0)
        }
        for piece in pieces {
            if write(file, piece, piece.count) != piece.count { exit(5) }
            usleep(pause)
        }
        close(file)
    }

    private func map(_ bytes: [UInt8]) {
        let file = open(note, O_RDWR)
        guard file >= 0, ftruncate(file, off_t(bytes.count)) == 0,
            let memory = mmap(nil, bytes.count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED
        else { exit(6) }
        memory.copyMemory(from: bytes, byteCount: bytes.count)
        munmap(memory, bytes.count)
        close(file)
    }
}
