internal import FerryGit
internal import FerryModel
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryPipeline
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryCommands

/// A scratch vault that the real service serves, and people's programs that save into it. Only the commands of runs are played (`HeldRunner`)
/// and the model is a script, so that a feature goes to the folder that a test needs in a fraction of a second, and as many at once as there are programs.
struct EditorScene: Sendable {
    let folder: FilePath
    let runner = HeldRunner()
    let timing: Timing
    /// The features as Ferry last saved them, told by its hook.
    let board = Board()

    var vault: FilePath { folder.appending("vault") }
    var repository: FilePath { folder.appending("repository") }
    var stateHome: FilePath { folder.appending("state") }
    /// For whatever a program needs beside the vault: scripts, homes, marks.
    var desk: FilePath { folder.appending("desk") }

    /// Waits in the proportion of the real ones, and long enough for programs on a busy machine.
    static var usualTiming: Timing {
        var timing = Timing()
        timing.settle = .milliseconds(1000)
        timing.firstTouch = .milliseconds(400)
        timing.disappearance = .milliseconds(1200)
        timing.noteInterval = .milliseconds(300)
        timing.retryFirst = .milliseconds(100)
        timing.retryCap = .milliseconds(400)
        return timing
    }

    /// Builds the scene, serves it while `body` runs, and takes it down (not with `FERRY_KEEP_SCRATCH=1`).
    /// - Parameters:
    ///   - notes: below the features folder.
    ///   - before: done before the service starts.
    static func with(
        _ notes: [String: String] = [:], timing: Timing = usualTiming, function: String = #function,
        before: (EditorScene) async throws -> Void = { _ in }, _ body: @escaping @Sendable (EditorScene) async throws -> Void
    ) async throws {
        try await withScratch(function: function) { folder in
            let scene = EditorScene(folder: folder, timing: timing)
            try await scene.build(notes)
            try await before(scene)
            try await scene.whileServing { try await body(scene) }
        }
    }

    // MARK: Building

    private func build(_ notes: [String: String]) async throws {
        try Directory.create(desk)
        try write(["README.md": "# A repository\n"], below: repository)
        let main = try #require(BranchName("main"))
        try await GitRepository.create(at: repository, branch: main, author: "You", message: "Begin")
        try write(["script.json": Self.script], below: folder)
        var files = VaultTemplateFiles.files.filter { !$0.path.hasSuffix("Example feature.md") && $0.path != VaultLayout().settings.string }
        files.append((VaultLayout().settings.string, settingsNote))
        files.append(("80_repositories/work.md", "---\npath: \(repository)\ntest: run the tests\n---\n# work\n"))
        _ = try await VaultFounding(root: vault, files: files).found()
        try write(notes, below: vault.appending(VaultLayout().features.string))
    }

    private var settingsNote: String {
        """
        ---
        agents_at_once: 1000
        ask_above: 1000
        budget_day_usd: 500
        ---
        # Settings

        ## Providers
        ```yaml
        script: {api: scripted, script: "\(folder.appending("script.json"))"}
        ```

        ## Models
        ```yaml
        small: script/model
        medium: script/model
        large: script/model
        ```

        """
    }

    /// A planner that asks where the note says `ask first`, and agents that are soon done.
    private static let script = """
        {"prices": {"input": 2, "output": 10}}
        {"role": "planner", "match": ["ask first"], "turns": [
          {"tool_calls": [{"name": "finish", "arguments": {"summary": "A question.", "plan": "Wait.", "questions": ["Which one?"]}}]}]}
        {"role": "planner", "turns": [{"tool_calls": [{"name": "finish", "arguments": {"summary": "A plan.", "plan": "Do it.", "questions": []}}]}]}
        {"role": "coder", "turns": [
          {"tool_calls": [{"name": "write", "arguments": {"path": "work.txt", "content": "It is done.\\n"}}]},
          {"tool_calls": [{"name": "finish", "arguments": {"summary": "Done.", "answers": [], "questions": []}}]}]}
        {"role": "tester", "turns": [{"tool_calls": [{"name": "finish", "arguments": {"summary": "Nothing.", "findings": []}}]}]}
        {"role": "reviewer", "turns": [{"tool_calls": [{"name": "finish", "arguments": {"summary": "Nothing.", "findings": []}}]}]}
        """

    // MARK: The service

    private var options: ServiceOptions {
        var options = ServiceOptions(vault: vault)
        options.runner = runner
        options.timing = timing
        options.settleFromSettings = false
        options.stateHome = stateHome
        options.cacheHome = folder.appending("cache")
        options.configHome = folder.appending("config")
        options.environment = [:]
        options.stopsOnSignals = false
        return options
    }

    private func whileServing(_ body: @escaping @Sendable () async throws -> Void) async throws {
        var options = options
        let (looks, looked) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        options.hooks.didLook = { looked.yield() }
        options.hooks.didChange = { [board] in board.tell($0) }
        try await withThrowingTaskGroup(of: Bool.self) { [options] group in
            group.addTask {
                let end = try await VaultService.run(options)
                guard Task.isCancelled else { throw SceneError(what: "the service ended by itself: \(end)") }
                return false
            }
            group.addTask {
                for await _ in looks { break }
                try await body()
                return true
            }
            defer { group.cancelAll() }
            while let isBody = try await group.next() { if isBody { group.cancelAll() } }
        }
    }

    // MARK: Places

    /// Absolute, by state. Asked for very often.
    let folders: [FeatureState: String]

    private init(folder: FilePath, timing: Timing) {
        self.folder = folder
        self.timing = timing
        let layout = VaultLayout()
        folders = Dictionary(
            uniqueKeysWithValues: FeatureState.allCases.map { ($0, folder.appending("vault").pushing(layout.folder(of: $0)).string) })
    }

    /// Where a note lies, absolute.
    func path(_ name: String, in state: FeatureState) -> FilePath { FilePath(folders[state, default: ""] + "/" + name + ".md") }

    /// `mv`
    func move(_ name: String, _ from: FeatureState, _ to: FeatureState) throws { try Renaming.move(path(name, in: from), to: path(name, in: to)) }

    /// The states in whose folders a file of this name lies.
    func places(of name: String) -> [FeatureState] {
        FeatureState.allCases.filter { access(folders[$0, default: ""] + "/" + name + ".md", F_OK) == 0 }
    }

    /// What beside notes lies in the state folders and should not: temporaries of Ferry's, late saves.
    func leftovers() throws -> [String] {
        try FeatureState.allCases.flatMap { state in
            let names = try Directory.entries(of: path("x", in: state).removingLastComponent()).map(\.name.string)
            return names.filter { $0.hasPrefix(".ferry-") || $0.contains("(late save") }.map { "\(state.rawValue)/\($0)" }
        }
    }

    /// As long as Ferry may take to conclude anything from what was done before: nothing else can tell that it concludes nothing.
    func quiet() async throws { try await Task.sleep(for: max(timing.settle, timing.disappearance) + timing.firstTouch + .milliseconds(300)) }

    // MARK: What Ferry knows

    /// What the database holds, read as a command does; `nil` before the service has made it.
    func reading<Value>(_ body: (Store) async throws -> Value) async throws -> Value? {
        guard let store = try VaultView(root: vault, stateHome: stateHome, cacheHome: folder.appending("cache")).store() else { return nil }
        defer { store.close() }
        return try await body(store)
    }
}

/// What Ferry knows of the features, without asking the database again and again.
final class Board: Sendable {
    private let features = Mutex<[String: FeatureRecord]>([:])

    func tell(_ feature: FeatureRecord) { features.withLock { $0[feature.path.stem ?? ""] = feature } }

    func feature(named name: String) -> FeatureRecord? { features.withLock { $0[name] } }
}

struct SceneError: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}
