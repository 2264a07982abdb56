internal import FerryHTTP
internal import FerryLLM
internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import FerryWireServer
internal import Foundation
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

/// The real loop, tools and drivers against a server that fails in one way. With `FERRY_FAULT_TABLE=FILE` the waits are those of every day, and what came
/// of it is written into the table of that file (`make fault-table`).
@Suite(.timeLimit(.minutes(30)))
struct FaultTableTests {
    private static let file = ProcessInfo.processInfo.environment["FERRY_FAULT_TABLE"].map { FilePath($0) }

    @Test func `each fault of a model has its outcome`() async throws {
        let isReal = Self.file != nil
        let rows = try await withThrowingTaskGroup(of: (Int, FaultRow).self) { group in
            // In real time all side by side: most of it is waiting. Else few, since stalls are told by tenths of a second.
            let width = isReal ? ModelFault.all.count : 4
            var waiting = ModelFault.all.enumerated().makeIterator()
            var rows: [Int: FaultRow] = [:]
            func start() -> Bool {
                guard let (index, fault) = waiting.next() else { return false }
                group.addTask { (index, try await Self.run(fault, isReal: isReal)) }
                return true
            }
            for _ in 0..<width where !start() { break }
            while let (index, row) = try await group.next() {
                rows[index] = row
                _ = start()
            }
            return ModelFault.all.indices.compactMap { rows[$0] }
        }
        #expect(rows.count == ModelFault.all.count)
        if let file = Self.file {
            try FaultTable.write(rows, into: file)
        } else {
            print(FaultTable.text(rows))
        }
    }

    /// Lets an agent work for three turns, of which the second is at fault.
    private static func run(_ fault: ModelFault, isReal: Bool) async throws -> FaultRow {
        let failed = Mutex(0)
        let server = try await WireServer.start { request in
            let isHandedOver = request.firstUserText.contains("hand-over note")
            if request.answers >= 1 || isHandedOver, request.model != "second",
                failed.withLock({ count in
                    defer { count += 1 }
                    return count < fault.times
                })
            {
                return fault.reply
            }
            switch request.answers + (isHandedOver ? 1 : 0) {
            case 0: return .calls(.init("write", ["path": "a.txt", "content": "one\n"]))
            case 1: return .calls(.init("read", ["path": "a.txt"]))
            default: return .calls(.init("finish", ["summary": "done"]))
            }
        }
        let client = StreamingHTTPClient()
        do {
            let row = try await work(fault, server, client, isReal: isReal)
            await client.shutdown()
            await server.stop()
            return row
        } catch {
            await client.shutdown()
            await server.stop()
            throw error
        }
    }

    private static func work(_ fault: ModelFault, _ server: WireServer, _ client: StreamingHTTPClient, isReal: Bool) async throws -> FaultRow {
        let row = Mutex<FaultRow?>(nil)
        try await AgentFixture.with { fixture async throws in
            let model = try model(fault, server, client, isReal: isReal)
            let begun = BootClock.now
            let outcome = try await AgentLoop(model).run(fixture.task(limits: AgentLimits(turns: 12)))
            let found = FaultRow(
                fault, outcome, requests: server.requests.count, took: BootClock.now - begun, try fixture.entries, fixture.book.settled)
            #expect(found.end == fault.end, "\(fault.name): \(outcome.summary)")
            #expect(found.requests == fault.requests || (fault.clock != .none && found.requests > 3), "\(fault.name): \(found.requests) requests")
            #expect(server.refusals.isEmpty, "\(fault.name): \(server.refusals)")
            #expect(fixture.book.isBalanced)
            // The transcript has each request that failed once.
            let failures = try fixture.entries.count { if case .failed = $0.event { true } else { false } }
            let answered = try fixture.entries.count { if case .answered = $0.event { true } else { false } }
            if !fault.isGone { #expect(failures + answered == found.requests || fault.hasFallback, "\(fault.name): \(failures) failures") }
            row.withLock { $0 = found }
        }
        return try #require(row.withLock { $0 })
    }

    private static func model(_ fault: ModelFault, _ server: WireServer, _ client: StreamingHTTPClient, isReal: Bool) throws -> AgentModel {
        var timing = StreamTiming()
        var policy = RetryPolicy()
        if !isReal {
            policy = RetryPolicy(base: .milliseconds(2), longest: .milliseconds(10))
            switch fault.clock {
            case .none: break
            case .idle: timing.idle = .milliseconds(500)
            case .content: timing.content = .milliseconds(700)
            }
        }
        let path = fault.wire == .openai ? "/v1" : ""
        let address = fault.isGone ? "http://127.0.0.1:9\(path)" : server.baseURL + path
        let name = fault.wire == .openai ? "gpt-6.1-sol" : "claude-opus-5-5"
        var prices = PriceTable()
        for model in [name, "second"] { prices.set(ModelPrice(input: 4, output: 20, cacheRead: 0.2, cacheWrite5m: 5, cacheWrite1h: 8), for: model) }
        let catalog = ModelCatalog(
            providers: [
                ProviderSettings(name: "first", api: fault.wire, baseURL: address),
                ProviderSettings(name: "other", api: fault.wire, baseURL: server.baseURL + path),
            ], prices: prices, keys: KeyRing(), client: client, gates: RateGates(), policy: policy, streamTiming: timing)
        let model = try catalog.model(of: fault.hasFallback ? ["first/\(name)", "other/second"] : ["first/\(name)"])
        return AgentModel(model) { catalog.cost(of: $0, model: $1) }
    }
}
