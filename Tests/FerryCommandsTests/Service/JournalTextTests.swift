@testable internal import FerryCommands
internal import FerrySystem
internal import FerryTestSupport
internal import Logging
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct JournalTextTests {
    @Test(arguments: [
        (Logger.Level.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 3),
    ])
    func `levels are syslog's priorities`(level: Logger.Level, priority: Int) {
        #expect(JournalText.priority(level) == priority)
    }

    @Test(arguments: [
        ("one", "<4>one\n"), ("one\ntwo\n", "<4>one\n<4>two\n"), ("", ""), ("a\n\nb", "<4>a\n<4>b\n"), ("<0>forged", "<4><0>forged\n"),
    ])
    func `each line is a record with the priority`(text: String, written: String) {
        #expect(JournalText.make(text, 4) == written)
    }

    @Test(arguments: [
        ([:], ""), (["feature": "FR-012", "a": "b"], " a=b feature=FR-012"), (["title": #"Say "hi" there"#], #" title="Say \"hi\" there""#),
        (["x": ""], #" x="""#), (["x": "two\nlines"], #" x="two\nlines""#), (["x": "a=b"], #" x="a=b""#), (["cost": "$0.25"], " cost=$0.25"),
    ])
    func `fields follow the words`(fields: Logger.Metadata, written: String) {
        #expect(JournalText.fields(fields) == written)
    }

    @Test func `a stream is the journal's only where the manager says so`() async throws {
        try await withScratch(["log": ""]) { scratch in
            let file = try FileDescriptor.open(scratch.appending("log"), .readWrite)
            defer { try? file.close() }
            let status = try FileStatus(of: file)
            #expect(Machine.isJournal(file, stream: "\(status.device):\(status.inode)"))
            for other in [nil, "", "1:2", "\(status.device):\(status.inode + 1)", "x:y", "\(status.device)"] {
                #expect(!Machine.isJournal(file, stream: other), "\(other ?? "nil")")
            }
        }
    }

    @Test func `the level is the variable's, else what suits the place`() {
        #expect(ConsoleLog.level(named: "DEBUG", isJournal: false) == .debug)
        #expect(ConsoleLog.level(named: "loud", isJournal: false) == .notice)
        #expect(ConsoleLog.level(named: nil, isJournal: true) == .info)
    }
}
