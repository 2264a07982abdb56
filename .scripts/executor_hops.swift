// Each case calls something that ends on another executor than it began on, and must come back to the actor that called it: docs/decisions/0047-hops-are-kept.md.

import Dispatch

struct Fault: Error {}

actor Other {
    func count() -> Int { 1 }
    func fail() throws -> Int { throw Fault() }
}

let other = Other()
let queue = DispatchQueue(label: "elsewhere")

func continuation() async -> Int { await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: 3) } } }
func plain() async throws -> Int { await other.count() }
func failing() async throws -> Int { try await other.fail() }

@inline(never) func once<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value { try await body() }

@inline(never) func again<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch is CancellationError { return try await body() }
}

@inline(never) func given(_ body: (DispatchQueue) async throws -> Int) async throws -> Int {
    do { return try await body(queue) } catch is CancellationError { return try await body(queue) }
}

struct Kept: Sendable { let body: @Sendable () async throws -> Int }

actor Caller {
    static let cases = [
        "function", "throwing function", "continuation", "closure", "throwing closure", "closure twice", "closure with a continuation",
        "generic continuation", "closure that sleeps", "function as a value", "kept closure", "kept continuation", "group",
    ]

    let kept = Kept { await other.count() }
    let waits = Kept { await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: 3) } } }

    /// What comes right after the call decides: a call of the actor's own in between would come back.
    func run(_ name: String) async {
        do {
            switch name {
            case "function": _ = try await plain()
            case "throwing function": _ = try await failing()
            case "continuation": _ = await continuation()
            case "closure": _ = try await once { await other.count() }
            case "throwing closure": _ = try await once { try await other.fail() }
            case "closure twice": _ = try await again { await other.count() }
            case "closure with a continuation":
                _ = try await again { await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: 3) } } }
            case "generic continuation":
                _ = try await given { queue in
                    try await withCheckedThrowingContinuation { continuation in queue.async { continuation.resume(throwing: Fault()) } }
                }
            case "closure that sleeps":
                _ = try await again {
                    try await Task.sleep(nanoseconds: 1000)
                    return 1
                }
            case "function as a value": _ = try await again(plain)
            case "kept closure": _ = try await kept.body()
            case "kept continuation": _ = try await waits.body()
            case "group":
                _ = try await again {
                    await withTaskGroup(of: Int.self) { group in
                        group.addTask { await other.count() }
                        return await group.next() ?? 0
                    }
                }
            default: fatalError("no such case")
            }
        } catch {}
        preconditionIsolated()
    }
}

@main struct Main {
    static func main() async {
        guard CommandLine.arguments.count == 2 else {
            for name in Caller.cases { print(name) }
            return
        }
        await Caller().run(CommandLine.arguments[1])
    }
}
