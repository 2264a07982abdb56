package import FerryModel

/// Finds the markers that an unresolved merge leaves in a file.
package struct ConflictMarkersGate: Gate {
    package let name = "conflict-markers"
    package let purpose = "Finds the markers of an unresolved merge."

    package init() {}

    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        change.files.flatMap { file -> [Finding] in
            guard let text = file.after.text else { return [] }
            let markers = Set(Self.markers(in: text, isMarkdown: file.path.hasSuffix(".md")))
            return file.newLines.filter { markers.contains($0.number) }.map { line in
                Finding(
                    rule: name, severity: .error, path: file.path, line: line.number,
                    message: "The line is a merge conflict marker (`\(line.bytes.prefix(7).text)`).",
                    remedy: "Resolve the conflict: keep the code that is meant and delete the markers.")
            }
        }
    }

    /// Line numbers of markers. Seven `=` alone underline headings in many formats, so they count only inside an open conflict;
    /// a Markdown fence may show a conflict as an example.
    private static func markers(in text: SourceText, isMarkdown: Bool) -> [Int] {
        var isOpen = false
        var isFenced = false
        var numbers: [Int] = []
        for (index, line) in text.lines.enumerated() {
            let start = line.trimmed.prefix(3)
            if isMarkdown, start.elementsEqual("```".utf8) || start.elementsEqual("~~~".utf8) { isFenced.toggle() }
            if isFenced { continue }
            switch Self.marker(line) {
            case UInt8(ascii: "<"): isOpen = true
            case UInt8(ascii: ">"): isOpen = false
            case UInt8(ascii: "|") where isOpen, UInt8(ascii: "=") where isOpen: break
            default: continue
            }
            numbers.append(index + 1)
        }
        return numbers
    }

    /// The marker's character: exactly seven of it at the line's start, then a space or nothing.
    private static func marker(_ line: ArraySlice<UInt8>) -> UInt8? {
        guard let first = line.first, "<>|=".utf8.contains(first), line.prefix(7).count == 7, line.prefix(7).allSatisfy({ $0 == first })
        else { return nil }
        let next = line.dropFirst(7).first
        return next == nil || next == UInt8(ascii: " ") ? first : nil
    }
}
