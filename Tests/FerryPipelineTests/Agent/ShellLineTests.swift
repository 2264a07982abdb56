internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1)))
struct ShellLineTests {
    @Test(arguments: [
        "sleep 100 &", "sleep 100 & \n", "sleep 1 && server &", "nohup server", "cd x; setsid server", "(nohup a)", "a | nohup b", "sleep 5 & # wait",
        "true\nnohup x", "(server &)", "{ server & }", "cd x && (server > log 2>&1 &)",
    ])
    func `a command that leaves a process behind is told`(command: String) {
        #expect(ShellLine.backgroundProcess(in: command) != nil)
    }

    @Test(arguments: [
        "make && make test", "echo 'a &'", "echo \"a &\"", "echo nohup", "grep -r setsid .", "server & pid=$!; sleep 1; kill $pid", "echo a \\&",
        "make 2>&1", "echo hi # &", "a &> log", "echo \"it's\" && ls", "",
        "(a && b)", "(server & wait)", "f() { a; }; f",
    ])
    func `a command that ends by itself is not`(command: String) {
        #expect(ShellLine.backgroundProcess(in: command) == nil)
    }
}
