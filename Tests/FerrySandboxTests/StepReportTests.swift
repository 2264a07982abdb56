internal import Testing

@testable internal import FerrySandbox

struct StepReportTests {
    private func report(_ text: String) -> StepReport? { StepReport(Array(text.utf8)) }

    @Test func `a report is read`() {
        let full = report("ferry-step started=1 ending=deadline code=-1 signal=9 memory=watch left=1\n")
        #expect(full?.started == true)
        #expect(full?.ending == .deadline)
        #expect(full?.code == -1)
        #expect(full?.signal == 9)
        #expect(full?.left == true)
        #expect(full?.memory == .watch)
    }

    @Test func `a failure is read with its kind and reason`() {
        #expect(report("ferry-step error=policy /a b: No such file\n")?.failure == StepReport.Failure(kind: .policy, reason: "/a b: No such file"))
    }

    @Test(arguments: [
        "", "ferry-step started=1 ending=itself code=0", "ferry-step ending=unknown\n", "ferry-step code=x\n", "ferry-step error=other x\n",
        "hello\n",
        "ferry-step started\n", "ferry-step memory=much\n",
    ])
    func `what is no whole report is none`(_ text: String) { #expect(report(text) == nil) }

    @Test(arguments: [
        ("started=1 ending=itself code=0", "", CommandResult.Ending.exited(0)), ("started=1 ending=itself code=128", "", .exited(128)),
        ("started=1 ending=itself code=137", "", .signalled(9)), ("started=1 ending=itself code=160", "", .exited(160)),
        ("started=1 ending=itself code=255", "", .exited(255)), ("started=0 ending=itself code=-1 signal=9", "", .signalled(9)),
        ("started=1 ending=deadline code=-1", "", .deadline), ("started=1 ending=memory code=-1", "", .memoryLimit),
        ("started=1 ending=request code=-1", "", .diskLimit),
        ("started=0 ending=itself code=1", "bwrap: execvp nope: No such file or directory\n", .exited(127)),
        ("started=0 ending=itself code=1", "bwrap: execvp /tmp: Permission denied\n", .exited(126)),
    ])
    func `an ending is told`(_ fields: String, _ output: String, _ expected: CommandResult.Ending) throws {
        #expect(try BubblewrapRunner.ending(report("ferry-step \(fields)\n"), output: Array(output.utf8), overDisk: true) == expected)
    }

    @Test(arguments: [
        ("ferry-step started=0 ending=itself code=1\n", "bwrap: No permissions to create new namespace", SandboxError.Code.unavailable),
        ("ferry-step error=bubblewrap /usr/bin/bwrap: Exec format error\n", "", .unavailable), ("ferry-step error=policy /x: gone\n", "", .policy),
        ("ferry-step error=helper fork: no\n", "", .helper), ("Killed", "", .helper),
    ])
    func `where nothing ran it is an error`(_ text: String, _ output: String, _ code: SandboxError.Code) {
        let error = #expect(throws: SandboxError.self) {
            try BubblewrapRunner.ending(report(text), output: Array(output.utf8), overDisk: false)
        }
        #expect(error?.code == code)
    }
}
