/// Something in a note that Ferry cannot use: where, what, and what to write instead.
package struct NoteFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Relative to the vault.
    package var path: String
    /// From 1, counted in the whole file; `nil` where the note as a whole is meant.
    package var line: Int?
    /// What is wrong, with the value.
    package var what: String
    /// What to do about it.
    package var remedy: String
    package var rule: NoteRule

    package init(path: String, line: Int?, what: String, remedy: String, rule: NoteRule = .badValue) {
        self.rule = rule
        self.path = path
        self.line = line
        self.what = what
        self.remedy = remedy
    }

    /// `90_system/ferry.md:4: agents_at_once is `two`; write a whole number such as 2`.
    package var description: String {
        "\(path)\(line.map { ":\($0)" } ?? ""): \(what); \(remedy)"
    }
}
