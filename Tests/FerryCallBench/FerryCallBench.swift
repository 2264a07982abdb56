internal import FerryGit
internal import FerryLLM
internal import FerryModel
internal import FerryPipeline
internal import FerrySandbox
internal import FerryStore
internal import FerrySystem
internal import SystemPackage

/// Runs commands as an agent does: for `Benchmarks/sandbox_cost.py`.
///
/// `FerryCallBench start FOLDER REPOSITORY SAMPLES` runs an empty program that often in the sandbox of an agent, `inside` a program that does the same within one
/// sandbox. `calls` lets an agent call `bash` that often, `kept` the same with its worktree kept after each call. Each prints a line of microseconds for
/// each. `FERRY_BENCH_BWRAP` names what is run in bubblewrap's place.
@main
enum FerryCallBench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let samples = Int(arguments[4]) else {
            return print("usage: FerryCallBench start|inside|calls|kept FOLDER REPOSITORY SAMPLES")
        }
        let ground = try await BenchGround(folder: FilePath(arguments[2]), repository: FilePath(arguments[3]))
        switch arguments[1] {
        case "start": try await start(ground, samples)
        case "inside": try await inside(ground, samples)
        default: try await calls(ground, samples, keepsWorktree: arguments[1] == "kept")
        }
    }

    static func say(_ time: Duration) { print(Int64(time / .microseconds(1))) }

    private static func start(_ ground: BenchGround, _ samples: Int) async throws {
        let clock = ContinuousClock()
        for _ in 0..<samples {
            let began = clock.now
            let result = try await ground.runner.run(SandboxCommand(["/bin/true"]), under: ground.policy)
            say(clock.now - began)
            guard result.succeeded else { return print("it ended with \(result.ending)") }
        }
    }

    /// What a call costs where there is no sandbox to be made: the same words, started by a program that is inside already.
    private static func inside(_ ground: BenchGround, _ samples: Int) async throws {
        let program = """
            import subprocess, time
            for _ in range(\(samples)):
                began = time.monotonic_ns()
                subprocess.run(["/bin/bash", "-c", "true"], check=True)
                print((time.monotonic_ns() - began) // 1000)
            """
        let result = try await ground.runner.run(SandboxCommand(["/usr/bin/python3", "-c", program]), under: ground.policy)
        print(String(decoding: result.head, as: UTF8.self), terminator: "")
    }

    private static func calls(_ ground: BenchGround, _ samples: Int, keepsWorktree: Bool) async throws {
        let model = CallingModel(calls: samples)
        let task = try await ground.task(turns: samples + 1, keepsWorktree: keepsWorktree)
        let outcome = try await AgentLoop(AgentModel(model) { _, _ in .zero }).run(task)
        guard case .finished = outcome else { return print("it ended: \(outcome)") }
        model.times.forEach(say)
    }
}
