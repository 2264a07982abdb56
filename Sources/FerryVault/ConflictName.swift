/// The names that sync tools, and Ferry itself, give to the other version of a note. Each has a date, or stands in parentheses, so that a note
/// about conflicts ("merge_conflict-handling") stays a note. OneDrive's `note-MACHINE.md` and iCloud's `note 2.md` cannot be told by name: such
/// a copy has the id of another note, and by that neither runs.
enum ConflictName {
    /// Where the original's name ends in this name without `.md`; `nil` where it is no conflict copy.
    static func original(_ stem: UnsafeRawBufferPointer) -> Int? {
        for index in stem.indices {
            let rest = UnsafeRawBufferPointer(rebasing: stem[index...])
            switch stem[index] {
            case UInt8(ascii: "."): if isSyncthing(rest) { return index }
            case UInt8(ascii: "_"): if isOwnCloud(rest) { return index }
            case UInt8(ascii: "("): if isInParentheses(rest) { return stem[..<index].last == UInt8(ascii: " ") ? index - 1 : index }
            default: continue
            }
        }
        return nil
    }

    /// `.sync-conflict-20260102-030405-ABCDEFG`; older versions wrote no device (syncthing, lib/model/folder_sendrecv.go, conflictName).
    private static func isSyncthing(_ rest: UnsafeRawBufferPointer) -> Bool {
        let mark: StaticString = ".sync-conflict-"
        guard rest.starts(with: mark) else { return false }
        let date = UnsafeRawBufferPointer(rebasing: rest[mark.utf8CodeUnitCount...])
        return date.startsWithDate(timeDigits: 6) && (date.count == 15 || date[15] == UInt8(ascii: "-"))
    }

    /// `_conflict-20260102-030405`, with a user's name before the date where the server gives one (ownCloud and older Nextcloud clients).
    private static func isOwnCloud(_ rest: UnsafeRawBufferPointer) -> Bool {
        let mark: StaticString = "_conflict-"
        guard rest.starts(with: mark) else { return false }
        return (mark.utf8CodeUnitCount..<rest.count).contains { UnsafeRawBufferPointer(rebasing: rest[$0...]).startsWithDate(timeDigits: 4) }
    }

    /// Dropbox `(Anna's conflicted copy 2026-01-01)`, Nextcloud `(conflicted copy 2026-01-01 101010)`, Obsidian Sync `(Conflicted copy phone
    /// 202601011010)`, and Ferry's own.
    private static func isInParentheses(_ rest: UnsafeRawBufferPointer) -> Bool {
        var depth = 0
        let end = rest.firstIndex { byte in
            depth += byte == UInt8(ascii: "(") ? 1 : byte == UInt8(ascii: ")") ? -1 : 0
            return depth == 0
        }
        guard let end else { return false }
        let inside = UnsafeRawBufferPointer(rebasing: rest[1...end])
        if KeptCopy.allCases.contains(where: { $0.begins(inside) }) || isNamedConflict(inside) { return true }
        return inside.indices.contains { UnsafeRawBufferPointer(rebasing: inside[$0...]).startsIgnoringCase(with: "conflicted copy") }
    }

    /// Dropbox `(Case Conflict)`, `(Case Conflict 1)`, `(Selective Sync Conflict)` …, Seafile `(SFConflict anna@example.org 2026-01-01-10-10-10)`.
    private static func isNamedConflict(_ inside: UnsafeRawBufferPointer) -> Bool {
        if inside.startsIgnoringCase(with: "sfconflict ") { return true }
        let words: [StaticString] = ["case conflict", "selective sync conflict", "unicode encoding conflict", "white space conflict"]
        return words.contains { words in
            inside.startsIgnoringCase(with: words)
                && [UInt8(ascii: ")"), UInt8(ascii: " ")].contains(inside[words.utf8CodeUnitCount])
        }
    }
}

extension UnsafeRawBufferPointer {
    /// `20260102-0304`, with at least so many digits of time.
    fileprivate func startsWithDate(timeDigits: Int) -> Bool {
        guard count >= 9 + timeDigits, self[8] == UInt8(ascii: "-") else { return false }
        return (0..<9 + timeDigits).allSatisfy { $0 == 8 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self[$0]) }
    }
}
