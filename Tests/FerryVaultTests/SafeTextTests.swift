internal import Testing

@testable internal import FerryVault

@Suite(.timeLimit(.minutes(1)))
struct SafeTextTests {
    @Test(arguments: [
        ("\u{1B}[31mred\u{1B}[0m", "red"),
        ("\u{1B}[38;2;1;2;3mx", "x"),
        ("\u{9B}31mx", "x"),
        ("a\u{1B}]0;title\u{07}b", "ab"),
        ("a\u{1B}]8;;http://x\u{1B}\\b", "ab"),
        ("a\u{1B}]never ended\nb", "a\nb"),
        ("a\u{1B}(Bb", "ab"),
        ("a\u{1B}", "a"),
        ("a\u{1B}[", "a"),
        ("10%\r20%\r\ndone\r\n", "10%\n20%\ndone\n"),
        ("tab\tbell\u{07}null\u{0}del\u{7F}c1\u{85}", "tab\tbellnulldelc1"),
        ("if (admin\u{202E}) \u{2066}", "if (admin<U+202E>) <U+2066>"),
        ("tag\u{E0041}", "tag<U+E0041>"),
        ("ä 漢 👩‍💻", "ä 漢 👩‍💻"),
    ])
    func `what a terminal would act on goes and text stays`(input: String, expected: String) {
        #expect(SafeText.make(input).unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test(arguments: [
        ("s = \"\u{1B}]\"; evil(); t = \"\u{07}\"", "s = \"<U+001B>]\"; evil(); t = \"<U+0007>\""),
        ("# a\r-old check\n", "# a<U+000D>-old check\n"), ("a\r\nb\r", "a\r\nb\r"), ("a\u{200B}b\u{AD}\u{9B}", "a<U+200B>b<U+00AD><U+009B>"),
        ("if (x\u{202E})\u{2028}", "if (x<U+202E>)<U+2028>"), ("tab\t ä 漢\n", "tab\t ä 漢\n"),
    ])
    func `of source text nothing is left out`(input: String, expected: String) {
        #expect(SafeText.showingHidden(input).unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test func `what words and emoji are joined with stays where a line is changed by its characters`() {
        let text = "\u{0645}\u{06CC}\u{200C}\u{062E} \u{1F469}\u{200D}\u{1F4BB}"
        #expect(SafeText.showingHidden(text, keepsJoiners: true) == text)
        #expect(SafeText.showingHidden("a\u{200B}b", keepsJoiners: true) == "a<U+200B>b")
        #expect(SafeText.showingHidden(text).contains("<U+200D>"))
    }

    @Test func `bytes that are no UTF-8 are replaced`() {
        #expect(SafeText.make([0x61, 0xFF, 0x62]) == "a\u{FFFD}b")
    }
}
