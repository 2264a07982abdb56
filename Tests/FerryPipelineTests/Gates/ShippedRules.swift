internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryVault
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

/// The rule notes that Ferry ships, as a vault has them.
enum ShippedRules {
    private static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent().removingLastComponent()
        .appending("vault-template/30_review_rules")

    static func notes() throws -> [RuleNote] {
        try Directory.entries(of: folder).map(\.name.string).filter { $0.hasSuffix(".md") && $0 != "README.md" }.sorted().map { name in
            RuleNote(NoteBytes(try FileContents.read(folder.appending(name))), path: "30_review_rules/\(name)")
        }
    }

    static func executable() throws -> [ExecutableRule] { try notes().compactMap { ExecutableRule($0) } }

    /// What one of them finds in a small repository: `path:line severity message`.
    static func findings(
        of name: String, before: [String: String], after change: [String: String?], layers: [String] = [],
        editing edit: (inout String) -> Void = { _ in }
    ) async throws -> [String] {
        var rule = try #require(try executable().first { $0.name == name })
        edit(&rule.script)
        var after = before
        for (path, text) in change { after[path] = text }
        let files = change.keys.sorted().map { ChangedFile($0, before[$0], after[$0]) }
        return try await Export.with(after) { [rule] export in
            let outcome = try await RuleChecks(runner: BubblewrapRunner(), policy: export.policy, layers: layers).run(
                rule, base: "b4se", head: "he4d", change: ProposedChange(files))
            #expect(outcome.couldNotBeChecked == nil)
            #expect(outcome.findings.allSatisfy { $0.evidence != nil && !$0.remedy.isEmpty })
            return outcome.findings.map { "\($0.location) \($0.severity) \($0.message)" }
        }
    }
}
