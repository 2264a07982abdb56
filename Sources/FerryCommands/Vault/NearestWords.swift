/// What a mistyped word may have been meant to be.
enum NearestWords {
    /// Up to three of the candidates that differ little from the word, the nearest first. Case is ignored; a candidate that contains
    /// the word counts as near.
    static func of(_ word: String, among candidates: some Sequence<String>) -> [String] {
        let wanted = Array(word.lowercased().unicodeScalars)
        let limit = max(2, wanted.count / 3)
        let scored = candidates.compactMap { candidate -> (Int, String)? in
            let letters = Array(candidate.lowercased().unicodeScalars)
            let steps = distance(wanted, letters)
            if steps <= limit { return (steps, candidate) }
            return wanted.count > 2 && candidate.lowercased().contains(word.lowercased()) ? (limit + 1, candidate) : nil
        }
        return scored.sorted { $0 < $1 }.prefix(3).map(\.1)
    }

    /// The least number of letters to add, drop or replace (Levenshtein).
    private static func distance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
        var row = Array(0...other.count)
        for (i, left) in one.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in other.enumerated() {
                let replaced = diagonal + (left == right ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}
