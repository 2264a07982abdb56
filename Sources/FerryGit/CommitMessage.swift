package import FerryModel

/// The message of a commit that Ferry makes: a cleaned subject, a quoted body, and Ferry's own trailers.
///
/// Titles and bodies come from notes and models. Nothing in them can add a trailer, skip a check, close an issue or mention a person.
package struct CommitMessage: Hashable, Sendable {
    package let bytes: [UInt8]

    /// `subject` becomes one line of at most 72 characters; each line of `body` is quoted with `> `; `vault` is the vault's id.
    package init(subject: String, body: String = "", feature: FeatureID, run: RunNumber, vault: String) {
        var text = Self.subject(subject, feature) + "\n\n"
        let quoted = Self.quoted(body)
        if !quoted.isEmpty { text += quoted + "\n\n" }
        let id = String(vault.unicodeScalars.filter { $0.isASCII && !PlainText.isInvisible($0) && $0 != " " })
        text += "Ferry-Feature: \(feature)\nFerry-Run: \(run)\nFerry-Vault: \(id)\n"
        bytes = Array(text.utf8)
    }

    private static func subject(_ text: String, _ feature: FeatureID) -> String {
        var words = disarmed(plain(text)).split(separator: " ").joined(separator: " ")
        // `git rebase --autosquash` acts on these.
        for prefix in ["fixup!", "squash!", "amend!"] where words.lowercased().hasPrefix(prefix) {
            words = String(words.prefix(prefix.count - 1)) + ":" + words.dropFirst(prefix.count)
        }
        if words.isEmpty { return "Work on \(feature)" }
        return words.count <= 72 ? words : words.prefix(71) + "…"
    }

    private static func quoted(_ body: String) -> String {
        var lines = body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            let text = disarmed(plain(String(line)))
            return text.allSatisfy(\.isWhitespace) ? ">" : "> " + text
        }
        while lines.last == ">" { lines.removeLast() }
        while lines.first == ">" { lines.removeFirst() }
        return lines.joined(separator: "\n")
    }

    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { PlainText.isInvisible($0) ? " " : $0 }))
    }

    /// Breaks what a forge or a build server acts on, and stays readable: `@name`, `#12`, `GH-12`, links, `[skip ci]`, `NO_CI`.
    private static func disarmed(_ text: String) -> String {
        let characters = Array(text)
        var result = ""
        for (index, character) in characters.enumerated() {
            let before = index > 0 ? characters[index - 1] : " "
            let after = index + 1 < characters.count ? characters[index + 1] : " "
            let joins = after.isLetter || after.isNumber
            switch character {
            case "@" where joins && !(before.isLetter || before.isNumber): result += "@ "
            case "#" where joins: result += "# "
            case ":" where after == "/": result += ": "
            case "-" where after.isNumber && endsInGH(characters[..<index]): result += " "
            case "_" where characters[..<index].suffix(2).map({ $0.lowercased() }) == ["n", "o"] && "cC".contains(after): result += " "
            default: result.append(character)
            }
        }
        return unbracketed(result)
    }

    private static func endsInGH(_ characters: ArraySlice<Character>) -> Bool {
        characters.suffix(2).map { $0.lowercased() } == ["g", "h"] && characters.dropLast(2).last?.isLetter != true
    }

    /// `[skip ci]`, `[ci skip]`, `[no ci]`, `[skip actions]` and the like lose their brackets.
    private static func unbracketed(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "[") {
            result += rest[..<open]
            rest = rest[rest.index(after: open)...]
            guard let close = rest.firstIndex(of: "]") else {
                result += "["
                continue
            }
            let words = rest[..<close].lowercased().split { !$0.isLetter }
            let acts = words.contains("skip") || words.contains("ci")
            result += acts ? "(" + rest[..<close] + ")" : "["
            if acts { rest = rest[rest.index(after: close)...] }
        }
        return result + rest
    }
}
