internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryStore

/// Histories of the queue with its real database, in a world that fails at random. `FERRY_SIMULATION_SEED=N swift test --filter SimulationTests` tells
/// the history of one seed call by call. See docs/decisions/0029-simulated-histories.md.
@Suite(.timeLimit(.minutes(20)))
struct SimulationTests {
    /// Histories that share a database: a new file takes about as long as one of them, and in a large one each takes longer.
    private static let batch = 100

    /// Violations, by seed.
    private func violations(_ seeds: Range<UInt64>, without guard: Guard? = nil, atMost limit: Int = .max) async throws -> [Violation] {
        let folder = FilePath(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp").appending("ferry-simulation-\(UInt32.random(in: .min ... .max))")
        try Directory.create(folder, mode: 0o700)
        defer { try? Directory.removeTree(folder) }
        let file = folder.appending("ferry.db")
        var store = try Store(at: file)
        var found: [Violation] = []
        var inFile = 0
        for seed in seeds {
            let isTraced = getenv("FERRY_SIMULATION_SEED") != nil
            do { try await History(seed: seed, without: `guard`, first: 10 * inFile + 1, isTraced: isTraced).run(store) } catch let fault as Violation
            {
                found.append(fault)
                if found.count == limit { break }
                inFile = Self.batch
            } catch let error as StoreError {
                // The database itself refuses what has lost its guard.
                found.append(Violation("seed \(seed): \(error)"))
                if found.count == limit { break }
                inFile = Self.batch
            }
            inFile += 1
            if inFile >= Self.batch {
                store.close()
                for name in try Directory.entries(of: folder) { try? Directory.removeTree(folder.appending(name.name)) }
                store = try Store(at: file)
                inFile = 0
            }
        }
        store.close()
        return found
    }

    @Test func `whatever fails in thousands of histories, every feature is done once and nothing is lost`() async throws {
        if let seed = getenv("FERRY_SIMULATION_SEED").flatMap({ UInt64(String(cString: $0)) }) {
            let found = try await violations(seed..<seed + 1)
            #expect(found.isEmpty, "\(found)")
            return
        }
        let count = UInt64(Repetitions.count(10_000, long: 20_000))
        // Two databases, since there are two cores.
        async let low = violations(0..<count / 2, atMost: 5)
        async let high = violations(count / 2..<count, atMost: 5)
        let found = try await low + high
        #expect(found.isEmpty, "\(found.map(\.description).joined(separator: "\n"))")
        print("check-long | simulated histories | \(count), \(found.count) with violations")
    }

    @Test(arguments: Guard.allCases) func `without one of its guards the suite fails`(guard: Guard) async throws {
        let found = try await violations(0..<400, without: `guard`, atMost: 1)
        #expect(!found.isEmpty, "nothing noticed that \(`guard`) is missing")
        if let first = found.first { print("without \(`guard`): \(first.description.split(separator: "\n")[0])") }
    }
}
