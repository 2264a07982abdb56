internal import FerryTestSupport
internal import Testing

@testable internal import FerryVault

/// The control of the tests of inert text: what the corpus does where nothing is done about it.
@Suite(.timeLimit(.minutes(1)))
struct HostileTextTests {
    private static let places = [
        ("", ""), ("> [!warning] ", "\n> more"), ("- ", ""), ("| a | ", " |\n|---|---|\n"), ("`", "`"), ("```text\n", "\n```"), ("[[", "]]"),
        ("- [ ] ", ""),
    ]

    private static func acts(_ text: String) -> Bool {
        places.contains { prefix, suffix in
            let note = { (text: String) in RenderedNote("before\n\n\(prefix)\(text)\(suffix)\n\nafter\n", own: ["[[word]]", "- [ ] word"]) }
            let (pasted, plain) = (note(text), note("word"))
            return pasted.skeleton != plain.skeleton || Set(pasted.hazards) != Set(plain.hazards)
        }
    }

    @Test func `text that is pasted as it is acts in a note, or breaks out of its place`() {
        let harmless = HostileText.corpus.filter { !Self.acts($0) }
        #expect(harmless.count < HostileText.corpus.count / 5, "\(harmless)")
        #expect(HostileText.corpus.count > 200)
    }
}
