internal import FerryModel
internal import FerrySystem
internal import SystemPackage

/// Reading the front matter of notes that are new or changed.
extension VaultIndex {
    private struct Piece: Sendable {
        var finding: Int
        var range: Range<Int>
    }

    /// How many notes one thread reads before it takes the next piece.
    private static let pieceSize = 128

    /// Reads what has to be read, on two threads; returns how many files were opened.
    func read(_ findings: inout [FolderFinding], beneath vault: OpenFolder) throws -> Int {
        var pieces: [Piece] = []
        for (index, finding) in findings.enumerated() {
            for start in stride(from: 0, to: finding.found.count, by: Self.pieceSize) {
                pieces.append(Piece(finding: index, range: start..<min(start + Self.pieceSize, finding.found.count)))
            }
        }
        guard !pieces.isEmpty else { return 0 }
        let outcomes = try onTwoThreads(pieces.count) { [self, pieces, findings] number in
            try self.read(pieces[number], of: findings[pieces[number].finding], beneath: vault)
        }
        var count = 0
        for (piece, (found, opened)) in zip(pieces, outcomes) {
            findings[piece.finding].found.replaceSubrange(piece.range, with: found)
            count += opened
        }
        return count
    }

    private func read(_ piece: Piece, of finding: FolderFinding, beneath vault: OpenFolder) throws -> (found: [FolderFinding.Found], opened: Int) {
        var found = Array(finding.found[piece.range])
        var opened = 0
        do {
            let folder = try OpenFolder(finding.look.path, beneath: vault)
            try finding.names.withUnsafeBytes { names in
                try names.withMemoryRebound(to: CChar.self) { names in
                    guard let names = names.baseAddress else { return }
                    try withUnsafeTemporaryAllocation(byteCount: FrontMatterPeeker.firstRead, alignment: 16) { buffer in
                        for index in found.indices where found[index].kind == .note {
                            opened += try read(&found[index], names + found[index].nameStart, folder, buffer) ? 1 : 0
                        }
                    }
                }
            }
        } catch let error as Errno where [.noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels].contains(error) {
            // The folder went away since it was listed: the next event tells.
            for index in found.indices { found[index].isLost = true }
        } catch let error as Errno where Self.isAway(error) { throw VaultUnavailable() }
        return (found, opened)
    }

    /// Returns whether the file was opened.
    private func read(
        _ found: inout FolderFinding.Found, _ name: UnsafePointer<CChar>, _ folder: OpenFolder, _ buffer: UnsafeMutableRawBufferPointer
    ) throws -> Bool {
        guard found.stamp.size > 0 else { return false }
        guard found.stamp.size <= Self.sizeLimit else {
            found.kind = .unreadable
            return false
        }
        do {
            // Of a file that has grown since, the next look sees another stamp.
            let count = try folder.read(name, into: buffer, size: found.stamp.size)
            let start = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            if let peek = peeker.peek(start, isWhole: count < buffer.count) { take(peek, &found) } else { take(try readMore(name, folder), &found) }
        } catch let error as Errno {
            switch error {
            case .noSuchFileOrDirectory, .tooManySymbolicLinkLevels: found.isLost = true
            case .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory: throw error
            default:
                if Self.isAway(error), error != .ioError { throw error }
                found.kind = .unreadable
            }
        }
        return true
    }

    /// Of a note whose front matter does not end in what was read first.
    private func readMore(_ name: UnsafePointer<CChar>, _ folder: OpenFolder) throws -> FrontMatterPeek {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: FrontMatterPeeker.lastRead, alignment: 16)
        defer { buffer.deallocate() }
        let count = try folder.read(name, into: buffer)
        // Front matter that does not end here is none, however the note goes on.
        return peeker.peek(UnsafeRawBufferPointer(rebasing: buffer[..<count]), isWhole: true) ?? FrontMatterPeek()
    }

    private func take(_ peek: FrontMatterPeek, _ found: inout FolderFinding.Found) {
        if peek.isExcluded { found.kind = .excluded } else { found.peek = peek }
    }
}
