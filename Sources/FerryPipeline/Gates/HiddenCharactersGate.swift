package import FerryModel
internal import FerryVault

/// Finds new lines that show otherwise than they are read by a compiler: control characters, such as begin a terminal's escape sequences, and characters
/// that reorder or hide the text around them (CVE-2021-42574).
package struct HiddenCharactersGate: Gate {
    package let name = "hidden-characters"
    package let purpose = "Finds new lines with control characters, and with characters that reorder or hide text."

    package init() {}

    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        change.files.flatMap { file -> [Finding] in
            guard file.kind != .deleted else { return [] }
            return file.newLines.compactMap { line in
                guard let scalar = String(decoding: line.bytes, as: UTF8.self).unicodeScalars.first(where: Self.isDeceptive) else { return nil }
                let isTest = TestFile.isTest(file.path)
                return Finding(
                    rule: name, severity: isTest ? .warning : .error, path: file.path, line: line.number,
                    message: "The line holds the character \(SafeText.showingHidden(String(scalar))), which hides or reorders what stands around it.",
                    remedy: "Write it as an escape of the language (\\x1b, \\u202e), or take it out.")
            }
        }
    }

    /// Form feeds part sections in old sources, and marks of joining belong to scripts and emoji: neither hides a word.
    private static func isDeceptive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0C, 0x0D: false
        case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0xE0001...0xE007F: true
        default: false
        }
    }
}
