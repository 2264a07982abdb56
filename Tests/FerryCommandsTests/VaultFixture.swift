@testable internal import FerryCommands
internal import FerryGit
internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

/// A founded vault in a scratch folder, with Ferry's own folders beside it.
struct VaultFixture {
    let scratch: FilePath
    var root: FilePath { scratch.appending("vault") }

    /// `files` are relative to the scratch folder (`vault/10_features/…`), written over the template: settings, prices, agents and the folders,
    /// or, where it is `whole`, all of it.
    static func with(
        _ files: [String: String] = [:], whole: Bool = false, function: String = #function, _ body: (VaultFixture) async throws -> Void
    ) async throws {
        try await withScratch(function: function) { scratch in
            let fixture = VaultFixture(scratch: WorkingFolder.resolved(scratch))
            let template = VaultTemplateFiles.files.filter { file in
                whole || ["20_agents/", "90_system/", "10_features/01"].contains { file.path.hasPrefix($0) }
            }
            _ = try await VaultFounding(root: fixture.root, files: template).found()
            try write(files, below: fixture.scratch)
            try await body(fixture)
        }
    }

    func view() throws -> VaultView { try VaultView(root: root, stateHome: scratch.appending("state"), cacheHome: scratch.appending("cache")) }

    /// A git repository of these files, in one commit on `main`.
    func repository(_ name: String = "shop", _ files: [String: String] = ["Makefile": "test:\n\ttrue\n"]) async throws -> FilePath {
        let folder = scratch.appending(name)
        try write(files, below: folder)
        try await GitRepository.create(at: folder, branch: try #require(BranchName("main")), author: "Someone", message: "first")
        return folder
    }

    /// Tells the vault about a repository.
    func add(_ repository: FilePath, name: String? = nil) async throws -> RepositoryFounding.Outcome {
        try await RepositoryFounding(view: view(), name: name).found(repository)
    }

    func text(_ path: String) throws -> String { try FerryTestSupport.text(root.pushing(FilePath(path))) }
    func exists(_ path: String) throws -> Bool { try FileStatus.ifPresent(root.pushing(FilePath(path))) != nil }

    /// What the service would have recorded.
    func record(_ features: [FeatureRecord]) async throws {
        let folders = try #require(try view().folders)
        let store = try Store(at: folders.database)
        defer { store.close() }
        for feature in features { try await store.save(feature) }
    }
}

/// A record as the service keeps it.
func record(
    _ id: Int, _ state: FeatureState, path: FilePath = "10_features/x.md", _ change: (inout FeatureRecord) -> Void = { _ in }
) -> FeatureRecord {
    var record = FeatureRecord(id: FeatureID(number: id), path: path, title: "Feature \(id)", state: state)
    change(&record)
    return record
}
