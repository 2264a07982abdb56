internal import FerryGit
internal import FerryModel
internal import FerryService
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import FerryWireServer
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryCommands

/// What the tests of bad input need beside the scene: notes of Ferry's own that are broken and mended, and the places where a person looks.
extension Scene {
    static let settings = VaultLayout().settings
    static let repositoryNote = FilePath("80_repositories/hello.md")

    /// A way from planned to review without a word of complaint.
    static let plain: [Answer] = [.planner(), .coder(writes: Hello.word("thanks")), .tester(), .reviewer()]

    /// Waits of model calls in milliseconds, so that a provider that fails is given up soon.
    static func quickModel(_ options: inout ServiceOptions) {
        options.timing.modelRetry = .milliseconds(1)
        options.timing.modelPatience = .milliseconds(300)
    }

    /// Changes a note of Ferry's own, as a person does in an editor.
    func change(_ note: FilePath, _ change: (inout String) -> Void) throws {
        var text = try text(vault.pushing(note))
        change(&text)
        try put(text, at: note)
    }

    func put(_ text: String, at note: FilePath) throws { try FileContents.write(Array(text.utf8), to: vault.pushing(note), mode: 0o644) }

    /// Lets the models of the settings be reached at another address.
    func provider(at address: String) throws {
        let server = server.baseURL
        try change(Self.settings) { $0 = $0.replacing(server, with: address) }
    }

    func mendProvider(from address: String) throws {
        let server = server.baseURL
        try change(Self.settings) { $0 = $0.replacing(address, with: server) }
    }

    /// Plans a two-line note.
    func plan(_ name: String = "Thanks", _ text: String = Hello.wordNote("thanks")) throws { try write(text, name, in: .planned) }

    /// `chmod`
    func permit(_ mode: mode_t, _ name: String, in state: FeatureState) throws {
        guard chmod(vault.pushing(path(name, in: state)).string, mode) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Waits until the dashboard holds a text. What is inert in notes has its marks behind backslashes; they do not count.
    func dashboard(says part: String, within limit: Duration = .seconds(20)) async throws {
        let says = await eventually(within: limit) { dashboard.contains(part) }
        guard says else { throw SceneError(what: "the dashboard does not say `\(part)`:\n\(dashboard)") }
    }

    func dashboardForgets(_ part: String) async throws {
        guard await eventually(within: .seconds(20), { !dashboard.contains(part) }) else {
            throw SceneError(what: "the dashboard still says `\(part)`:\n\(dashboard)")
        }
    }

    var dashboard: String { ((try? text(vault.pushing(VaultLayout().dashboard))) ?? "").replacing("\\", with: "") }

    /// What stands in the note's callouts, in whatever folder it lies.
    func told(_ name: String, _ part: String, within limit: Duration = .seconds(20)) async throws {
        let says = await eventually(within: limit) { note(name)?.contains(part) ?? false }
        guard says else { throw try await failure("\(name) does not say `\(part)`", name) }
    }

    /// The note's text without the backslashes that make it inert.
    func note(_ name: String) -> String? {
        for state in FeatureState.allCases {
            if let text = try? read(name, in: state) { return text.replacing("\\", with: "") }
        }
        return nil
    }

    /// What `ferry why` says.
    func why(_ name: String) async throws -> String {
        let reader = try await FeatureReader(view())
        let story = try await reader.story(of: try reader.list.find(name))
        return [story.reason, story.remedy].compactMap(\.self).joined(separator: "\n")
    }

    /// What `ferry check` finds, one line each.
    func check() async throws -> [String] { try await VaultLint(view: view()).report().findings.map { $0.text(Style(isColoured: false)) } }

    /// `ferry run --once`.
    func runOnce(_ change: (inout ServiceOptions) -> Void = { _ in }) async throws -> ServiceEnd {
        var options = options
        options.once = true
        change(&options)
        return try await VaultService.run(options)
    }
}

/// True the first time it is asked, and never again.
final class Once: Sendable {
    private let isTaken = Mutex(false)
    func take() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }
}
