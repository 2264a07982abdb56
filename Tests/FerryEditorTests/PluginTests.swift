internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Synchronization
internal import Testing

/// Programs that write notes of their own accord: after every save, Ferry's among them, and all of the front matter anew.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct PluginTests {
    private static let note = "---\ntags: [a,  b]   # mine\nupdated: 0\n---\n# Plugged\n\nFirst words.\n"

    @Test func `a plug-in that dates every change, and one that writes all properties anew, are no gestures, and nobody writes for ever`()
        async throws
    {
        try await EditorScene.with(["03_planned/Plugged.md": Self.note]) { scene in
            let plugin = DatingPlugin(scene: scene, name: "Plugged")
            let dating = Task { try await plugin.run() }
            defer { dating.cancel() }
            try await scene.note("Plugged", reaches: .inProgress)
            try await scene.note("Plugged", is: "begun") { $0.note.branch != nil }
            try await scene.quiet()
            let count = plugin.writes
            try await scene.quiet()
            #expect(plugin.writes == count, "each waits for the other")
            let story = try await scene.story("Plugged")
            #expect(story.jobs == 1 && story.isOpen && story.gestures == ["dispatch"] && story.places == [.inProgress], "\(story)")
            #expect(story.own.contains("updated: \(count)\n"), "\(story)")

            // Obsidian's properties: quotes, order and comments are its own.
            dating.cancel()
            var text = String(decoding: story.bytes, as: UTF8.self)
            let end = try #require(text.firstRange(of: "\n---\n"))
            let id = try #require(story.feature?.id)
            let branch = try #require(story.feature?.branch)
            text = "---\nbranch: \"\(branch)\"\nstatus: in_progress\ntags:\n  - a\n  - b\nid: \"\(id)\"\nupdated: 7" + text[end.lowerBound...]
            try FileContents.write(Array(text.utf8), to: scene.path("Plugged", in: .inProgress), mode: 0o644)
            try await scene.quiet()
            let after = try await scene.story("Plugged")
            #expect(after.bytes == Array(text.utf8), "what says the same is not written over\n\(after)")
            #expect(after.jobs == 1 && after.isOpen && after.gestures == ["dispatch"], "\(after)")
        }
    }
}

/// Sets `updated` a moment after any change that is not its own, as the plug-ins do that date a note, wherever it has gone.
private final class DatingPlugin: Sendable {
    private let scene: EditorScene
    private let name: String
    private let count = Mutex(0)

    init(scene: EditorScene, name: String) {
        self.scene = scene
        self.name = name
    }

    var writes: Int { count.withLock { $0 } }

    func run() async throws {
        var own: [UInt8] = []
        while true {
            try await Task.sleep(for: .milliseconds(200))
            guard let place = scene.places(of: name).first else { continue }
            let path = scene.path(name, in: place)
            guard let bytes = try? FileContents.read(path), bytes != own else { continue }
            var text = String(decoding: bytes, as: UTF8.self)
            guard let line = text.firstMatch(of: /updated: \d+/) else { continue }
            let number = count.withLock { count in
                count += 1
                return count
            }
            text.replaceSubrange(line.range, with: "updated: \(number)")
            own = Array(text.utf8)
            guard FileContents.isThere(path) else { continue }
            try FileContents.write(own, to: path, mode: 0o644)
        }
    }
}

extension FileContents {
    fileprivate static func isThere(_ path: FilePath) -> Bool { ((try? FileStatus.ifPresent(path)) ?? nil) != nil }
}
