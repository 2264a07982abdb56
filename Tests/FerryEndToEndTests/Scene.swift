internal import FerryGit
internal import FerryLLM
internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import FerryWireServer
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryCommands

/// A scratch vault, a small repository with tests, and a server that plays the model. Everything else is as in real life.
///
/// For example:
/// ```
/// try await Scene.with([.planner(), .coder(writes: Greeting.good), .tester(), .reviewer()]) { scene in
///     try await scene.whileServing {
///         try scene.write(Greeting.note, "Greeting", in: .ideas)
///         try scene.move("Greeting", .ideas, .planned)
///         let feature = try await scene.note("Greeting", reaches: .review)
///     }
/// }
/// ```
struct Scene: Sendable {
    enum Wire: String, CaseIterable, Sendable { case anthropic, openai }

    let folder: FilePath
    let server: WireServer

    let vault: FilePath
    var repository: FilePath { folder.appending("hello") }
    var stateHome: FilePath { folder.appending("state") }
    var cacheHome: FilePath { folder.appending("cache") }
    var configHome: FilePath { folder.appending("config") }
    /// Where a script for the provider `script` lies, if a test writes one.
    var script: FilePath { folder.appending("script.json") }

    init(folder: FilePath, server: WireServer) {
        self.folder = folder
        self.server = server
        vault = folder.appending("vault")
    }

    /// Builds the scene and takes it down afterwards (not with `FERRY_KEEP_SCRATCH=1`). The service is started by `whileServing`.
    /// - Parameters:
    ///   - answers: the first that fits is given; a call that none fits gets 400.
    ///   - settings: keys of the settings note beside, or in place of, the usual ones.
    static func with(
        _ answers: [Answer] = [], wire: Wire = .anthropic, settings: [String: String] = [:], files: [String: String] = Hello.files,
        function: String = #function, _ body: (Scene) async throws -> Void
    ) async throws {
        try await withScratch(function: function) { folder in
            let server = try await WireServer.start { request in
                guard let answer = answers.first(where: { $0.fits(request) }), request.answers < answer.turns.count else {
                    let asked = "turn \(request.answers + 1), \(request.firstUserText.prefix(120))"
                    return .status(400, type: "invalid_request_error", message: "the test has no answer for \(asked)")
                }
                let turn = answer.turns[request.answers]
                try await turn.gate?.pass()
                return turn.reply ?? .answer(.init(text: turn.text, calls: turn.calls))
            }
            let scene = Scene(folder: folder, server: server)
            do {
                try await scene.build(wire, settings, files)
                try await body(scene)
            } catch {
                await server.stop()
                throw error
            }
            await server.stop()
        }
    }

    // MARK: Building

    private func build(_ wire: Wire, _ settings: [String: String], _ files: [String: String]) async throws {
        try FerryTestSupport.write(files, below: repository)
        let main = try #require(BranchName("main"))
        try await GitRepository.create(at: repository, branch: main, author: "You", message: "A program that greets")
        var template = VaultTemplateFiles.files.filter { !$0.path.hasSuffix("Example feature.md") }
        let settingsPath = VaultLayout().settings.string
        template.removeAll { $0.path == settingsPath }
        template.append((settingsPath, settingsNote(wire, settings)))
        _ = try await VaultFounding(root: vault, files: template).found()
        _ = try await RepositoryFounding(view: view()).found(repository)
    }

    /// The settings note of the scene, without the vault's id.
    private func settingsNote(_ wire: Wire, _ changes: [String: String]) -> String {
        let usual = [
            "agents_at_once": "2", "fix_rounds": "2", "settle_seconds": "0", "budget_run_usd": "5", "budget_feature_usd": "15",
            "budget_day_usd": "50",
        ]
        let keys = usual.merging(changes) { $1 }.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
        let model = wire == .anthropic ? "messages/claude-haiku-5-5" : "chat/gpt-5.4-mini"
        return """
            ---
            \(keys)
            ---
            # Settings

            ## Providers
            ```yaml
            messages: {api: anthropic, base_url: "\(server.baseURL)"}
            chat: {api: openai, base_url: "\(server.baseURL)/v1"}
            script: {api: scripted, script: "\(script)"}
            ```

            ## Models
            ```yaml
            small: \(model)
            medium: \(model)
            large: \(model)
            ```

            """
    }

    /// The vault as commands see it.
    func view() throws -> VaultView { try VaultView(root: vault, stateHome: stateHome, cacheHome: cacheHome) }

    var folders: StateFolders {
        get throws { try #require(try view().folders) }
    }

    // MARK: The service

    /// As a person would run it, but with waits in milliseconds, folders of the scene's own, and nothing of the user's environment.
    var options: ServiceOptions {
        var options = ServiceOptions(vault: vault)
        options.allowRoot = geteuid() == 0
        options.stateHome = stateHome
        options.cacheHome = cacheHome
        options.configHome = configHome
        options.environment = [:]
        options.stopsOnSignals = false
        options.settleFromSettings = false
        options.timing.settle = .milliseconds(60)
        options.timing.firstTouch = .milliseconds(30)
        options.timing.disappearance = .milliseconds(100)
        options.timing.noteInterval = .milliseconds(50)
        options.timing.retryFirst = .milliseconds(50)
        options.timing.retryCap = .milliseconds(400)
        return options
    }

    /// Runs the service, and `body` beside it once it has looked at the vault; then stops it as a signal would.
    /// Throws `SceneError` where the service ends by itself before `body` does.
    func whileServing(_ change: (inout ServiceOptions) -> Void = { _ in }, _ body: @escaping @Sendable () async throws -> Void) async throws {
        var options = options
        change(&options)
        let (looks, looked) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let others = options.hooks.didLook
        options.hooks.didLook = {
            looked.yield()
            await others?()
        }
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
            while let isBody = try await group.next() {
                if isBody { group.cancelAll() }
            }
        }
    }

    // MARK: What a person does

    /// Where a note lies below the vault.
    func path(_ name: String, in state: FeatureState) -> FilePath { VaultLayout().folder(of: state).appending(name + ".md") }

    /// Writes a note as an editor does that saves in place.
    func write(_ text: String, _ name: String, in state: FeatureState) throws {
        try FileContents.write(Array(text.utf8), to: vault.pushing(path(name, in: state)), mode: 0o644)
    }

    /// The names in a folder, sorted; none where it is not there.
    func names(in folder: FilePath) throws -> [String] {
        guard try FileStatus.ifPresent(folder) != nil else { return [] }
        return try Directory.entries(of: folder).map(\.name.string).sorted()
    }

    func read(_ name: String, in state: FeatureState) throws -> String { try text(vault.pushing(path(name, in: state))) }

    /// `mv`
    func move(_ name: String, _ from: FeatureState, _ to: FeatureState) throws {
        try rename(vault.pushing(path(name, in: from)), vault.pushing(path(name, in: to)))
    }

    /// As an editor does that reads, lets the person change something, and writes a new file in place of the old one.
    func edit(_ name: String, in state: FeatureState, _ change: (inout String) throws -> Void) throws {
        let path = vault.pushing(path(name, in: state))
        var text = try text(path)
        try change(&text)
        let beside = path.removingLastComponent().appending(".\(name).swp-\(UInt32.random(in: .min ... .max))")
        try FileContents.write(Array(text.utf8), to: beside, mode: 0o644)
        try rename(beside, path)
    }

    func rename(_ from: FilePath, _ to: FilePath) throws {
        let failure = from.withPlatformString { from in to.withPlatformString { Glibc.rename(from, $0) == 0 ? nil : errno } }
        if let failure { throw SceneError(what: "mv \(from) \(to): \(Errno(rawValue: failure))") }
    }

    // MARK: What came of it

    /// Waits until the note lies in the folder of the state, says so itself, and the database does. Throws `SceneError` with the whole story
    /// where that does not come about.
    @discardableResult
    func note(_ name: String, reaches state: FeatureState, within limit: Duration = .seconds(30)) async throws -> FeatureRecord {
        let wanted = path(name, in: state)
        var found: FeatureRecord?
        let isThere = try await eventually(within: limit) {
            guard try FileStatus.ifPresent(vault.pushing(wanted)) != nil, let bytes = try? FileContents.read(vault.pushing(wanted)),
                FeatureNote(parsing: bytes, path: wanted).status == state, let feature = try await record(name),
                feature.state == state, feature.folder == state, feature.path == wanted
            else { return false }
            found = feature
            return true
        }
        guard isThere, let found else { throw try await failure("\(name) did not reach \(state.rawValue)", name) }
        return found
    }

    /// Waits until the note, in the folder of this state, holds a text.
    func note(_ name: String, in state: FeatureState, says part: String, within limit: Duration = .seconds(20)) async throws {
        let says = await eventually(within: limit) { (try? read(name, in: state).contains(part)) ?? false }
        guard says else { throw try await failure("\(name) does not say `\(part)`", name) }
    }

    /// The feature whose note has this name; `nil` as long as Ferry does not know it.
    func record(_ name: String) async throws -> FeatureRecord? {
        try await reading { try await $0.features().first { $0.path.stem == name } } ?? nil
    }

    /// What the database holds, read as a command does; `nil` before the service has made it.
    func reading<Value>(_ body: (Store) async throws -> Value) async throws -> Value? {
        guard let store = try view().store() else { return nil }
        defer { store.close() }
        return try await body(store)
    }

    /// The history of a feature, oldest first.
    func history(_ id: FeatureID) async throws -> [String] {
        try await reading { try await $0.events(of: id, limit: 200).reversed().map(\.text) } ?? []
    }

    func failure(_ what: String, _ name: String) async throws -> SceneError {
        var lines = [what]
        if let feature = try await record(name) {
            lines.append("state \(feature.state?.rawValue ?? "none"), path \(feature.path), waits for: \(feature.waitsFor ?? "nothing")")
            lines += try await history(feature.id).map { "  " + $0 }
        }
        for state in FeatureState.allCases {
            if let text = try? read(name, in: state) { lines.append("in \(state.rawValue):\n\(text)") }
        }
        lines += server.refusals.map { "refused: \($0)" }
        if let dashboard = try? text(vault.pushing(VaultLayout().dashboard)) { lines.append(dashboard) }
        return SceneError(what: lines.joined(separator: "\n"))
    }

    // MARK: Git

    /// What git says to these arguments in the person's repository.
    @discardableResult
    func git(_ arguments: String...) async throws -> String { try await HostGit.run(arguments, in: repository) }
}

struct SceneError: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}
