package import FerryLLM
internal import FerrySystem
package import SystemPackage

/// All stages of one run, by their records.
package struct RunReplay: Sendable {
    /// In the order in which they began.
    package let stages: [RecordedStage]
    /// Stages of which there is a transcript only: done by an external program, or by a version of Ferry that kept no record.
    package let unrecorded: [String]

    /// Reads the folder of a run (`StateFolders.run`); empty where it is gone. Throws `Errno`.
    package init(folder: FilePath) throws {
        guard try FileStatus.ifPresent(folder) != nil else {
            (stages, unrecorded) = ([], [])
            return
        }
        let files = try Directory.entries(of: folder).map(\.name)
        let stages = try files.filter { $0.extension == StageRecord.fileExtension }.compactMap { file -> (Int64, RecordedStage)? in
            let path = folder.appending(file)
            return try RecordedStage.read(path).map { (try FileStatus(of: path).modified, $0) }
        }
        self.stages = stages.sorted { ($0.1.began, $0.0) < ($1.1.began, $1.0) }.map(\.1)
        let known = Set(self.stages.map(\.name))
        unrecorded = files.filter { $0.extension == "jsonl" && !known.contains($0.stem) }.map(\.stem).sorted()
    }

    /// One stage again. `catalog` is that of the settings as they are; keys are not needed. Throws `ModelError` where a model of the record is not in them any
    /// more, and what `StageReplay.run` throws.
    package static func replay(_ stage: RecordedStage, _ catalog: ModelCatalog, in workspace: AgentWorkspace? = nil) async throws -> ReplayedStage {
        let names = [stage.header.model] + stage.calls.map(\.model)
        var seen: Set<String> = []
        let model = try catalog.offline.model(of: names.filter { $0.contains("/") && seen.insert($0).inserted })
        let report = ReportSchema.named(stage.header.report) ?? .plan
        return try await StageReplay(stage, model: model, report: report).run(in: workspace)
    }
}

extension RecordedStage {
    /// The SHA-256 of each body that was sent, in their order, in hexadecimal digits.
    package var sentHashes: [String] { calls.map(\.sent.description) }

    /// Its commands reached hosts of the network.
    package var hasNetwork: Bool { header.hasNetwork }

    /// The files that it found: what a workspace for its tools must hold; `nil` where that was not recorded.
    package var start: StageStart? { header.start }
}
