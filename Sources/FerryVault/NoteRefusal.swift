/// Why Ferry does not write into a note: what stands there cannot be changed without risk to what is not Ferry's.
package struct NoteRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1, counted in the file; `nil` for the note as a whole.
    package let line: Int?
    package let what: String
    package let remedy: String

    package init(_ line: Int?, _ what: String, remedy: String) {
        self.line = line
        self.what = what
        self.remedy = remedy
    }

    package var description: String { "\(what)\(line.map { " (line \($0))" } ?? ""); \(remedy)" }

    /// The same as a fault of the note at `path`.
    package func fault(in path: String) -> NoteFault { NoteFault(path: path, line: line, what: what, remedy: remedy) }
}
