internal import Yams

@testable internal import FerryVault

/// A second opinion on a note: its front matter found by line, and read by Yams as a whole, as another program would.
struct Oracle {
    /// By key, in order; `nil` where there is no front matter, or Yams reads none in it.
    let values: [(key: String, value: Node)]?
    private let body: [Substring.UTF8View.Element]

    init(_ note: [UInt8]) {
        let lines = note.split(separator: .lineFeed, omittingEmptySubsequences: false).map { Array($0) }
        let isFence = { (line: [UInt8]) in
            line.starts(with: "---".utf8) && line.dropFirst(3).dropLast(line.last == .carriageReturn ? 1 : 0).allSatisfy(\.isBlank)
        }
        let first = lines[0].starts(with: [0xEF, 0xBB, 0xBF]) ? Array(lines[0].dropFirst(3)) : lines[0]
        guard isFence(first), let end = lines.dropFirst().firstIndex(where: isFence) else {
            values = nil
            body = Array(lines.joined(separator: [.lineFeed]))
            return
        }
        body = Array(lines[(end + 1)...].joined(separator: [.lineFeed]))
        let text = Array(lines[1..<end].joined(separator: [.lineFeed])).text
        let root = try? Yams.compose(yaml: text + "\n", .basic)
        values = root?.mapping.map { $0.map { ($0.key.scalar?.string ?? "", $0.value) } }
    }

    /// Where this one could be read, so can the other, with the same keys and values but the given ones, which are as wanted.
    func agrees(with after: Oracle, but wanted: [String: FlatValue]) -> Bool {
        guard let values else { return true }
        guard let others = after.values else { return false }
        let kept = { (pairs: [(key: String, value: Node)]) in pairs.filter { wanted[$0.key] == nil } }
        guard kept(values).elementsEqual(kept(others), by: { $0.key == $1.key && $0.value == $1.value }) else { return false }
        return wanted.allSatisfy { key, value in
            let found = others.filter { $0.key == key }
            guard found.count == 1, let text = found[0].value.scalar?.string else { return false }
            return text == value.string || Double(text) != nil && Double(text) == Double(value.string)
        }
    }
}
