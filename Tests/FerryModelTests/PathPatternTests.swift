internal import FerryModel
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct PathPatternTests {
    /// As the meaning of patterns is written down: each part by itself, every choice of `**` tried.
    private static func reference(_ pattern: ArraySlice<Substring>, _ names: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return true }
        if first == "**" {
            if pattern.count == 1 { return !names.isEmpty }
            return (names.startIndex...names.endIndex).contains { reference(pattern.dropFirst(), names[$0...]) }
        }
        guard let name = names.first, first == "*" || first == name else { return false }
        return reference(pattern.dropFirst(), names.dropFirst())
    }

    @Test func `every short pattern matches the paths that it should`() {
        func all(_ letters: [String], _ length: Int) -> [String] {
            (0..<length).reduce(letters) { words, _ in words + words.flatMap { word in letters.map { "\(word)/\($0)" } } }
        }
        let patterns = Set(all(["a", "b", "*", "**"], 3))
        let paths = Set(all(["a", "b"], 3))
        for text in patterns {
            let pattern = PathPattern(text)
            for path in paths {
                #expect(pattern?.matches(path) == Self.reference(text.split(separator: "/")[...], path.split(separator: "/")[...]), "\(text) \(path)")
            }
        }
    }

    @Test func `a pattern that is meant to take for ever does not`() {
        let path = Array(repeating: "a", count: 64).joined(separator: "/")
        for text in [
            String(repeating: "**/a/", count: 30) + "b", String(repeating: "**/", count: 60) + "b", String(repeating: "a*", count: 400) + "b",
        ] {
            #expect(PathPattern(text)?.matches(path) == false)
        }
        #expect(PathPattern(String(repeating: "**/a/", count: 30) + "**")?.matches(path) == true)
    }
}
