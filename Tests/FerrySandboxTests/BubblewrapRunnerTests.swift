internal import FerrySystem
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

@Suite(.timeLimit(.minutes(1)))
struct BubblewrapRunnerTests {
    @Test func `a command says hello and ends`() async throws {
        try await withScratch { scratch in
            let result = try await scratch.shell("echo hello; echo there >&2")
            #expect(result.ending == .exited(0))
            #expect(result.text == "hello\nthere\n")
            #expect(result.outputBytes == 12)
            #expect(result.outputDigest == ContentHash(of: Array("hello\nthere\n".utf8)))
        }
    }
}
