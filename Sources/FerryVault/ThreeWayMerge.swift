/// A merge of two versions of a text with their common origin, by whole lines (the usual diff3). Line ends belong to their lines.
package enum ThreeWayMerge {
    /// The merged bytes, or `nil` where both sides changed the same place differently.
    package static func merge(base: [UInt8], mine: [UInt8], theirs: [UInt8]) -> [UInt8]? {
        if mine == theirs || base == theirs { return mine }
        if base == mine { return theirs }
        let origin = lines(base)
        let left = changes(from: origin, to: lines(mine))
        let right = changes(from: origin, to: lines(theirs))
        guard let merged = combine(origin, left, right) else { return nil }
        return Array(merged.joined())
    }

    /// Lines `range` of the origin are replaced by `lines`.
    private struct Change: Equatable {
        var range: Range<Int>
        var lines: [ArraySlice<UInt8>]
    }

    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            lines.append(bytes[start...index])
            start = index + 1
        }
        if start < bytes.count { lines.append(bytes[start...]) }
        return lines
    }

    private static func changes(from old: [ArraySlice<UInt8>], to new: [ArraySlice<UInt8>]) -> [Change] {
        let difference = new.difference(from: old)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var changes: [Change] = []
        var o = 0
        var n = 0
        while o < old.count || n < new.count {
            let begin = o
            var lines: [ArraySlice<UInt8>] = []
            while removed.contains(o) || inserted.contains(n) {
                if removed.contains(o) {
                    o += 1
                } else {
                    lines.append(new[n])
                    n += 1
                }
            }
            if o > begin || !lines.isEmpty { changes.append(Change(range: begin..<o, lines: lines)) }
            o += 1
            n += 1
        }
        return changes
    }

    private static func combine(_ origin: [ArraySlice<UInt8>], _ left: [Change], _ right: [Change]) -> [ArraySlice<UInt8>]? {
        var result: [ArraySlice<UInt8>] = []
        var l = 0
        var r = 0
        var place = 0
        while l < left.count || r < right.count {
            let change: Change
            if l < left.count, r < right.count, touch(left[l].range, right[r].range) {
                guard left[l] == right[r] else { return nil }
                change = left[l]
                l += 1
                r += 1
            } else if r >= right.count || (l < left.count && left[l].range.lowerBound < right[r].range.lowerBound) {
                change = left[l]
                l += 1
            } else {
                change = right[r]
                r += 1
            }
            result += origin[place..<change.range.lowerBound]
            result += change.lines
            place = change.range.upperBound
        }
        return result + origin[place...]
    }

    /// Whether two changes of the origin overlap, or put something in at the same place.
    private static func touch(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        one.lowerBound == other.lowerBound || (one.lowerBound < other.upperBound && other.lowerBound < one.upperBound)
    }
}
