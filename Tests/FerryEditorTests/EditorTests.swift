internal import FerryModel
internal import Glibc
internal import Testing

/// Every program with which people change notes, in everything that they do with them: real programs in terminals, commands, and recorded
/// sequences of the programs that cannot be driven here.
// Some fifty features are at work at once, on whatever machine this is: too long for every run until it is measured.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: getenv("FERRY_LONG") != nil, "all editors in all scenarios: make check-long"))
struct EditorTests {
    private typealias Pair = (scenario: Scenario, editor: any Editor)

    static let isLong = getenv("FERRY_LONG") != nil
    private static let batches = isLong ? 12 : 2

    private static let programs: [any Editor] = [
        VimEditor(name: "vim"), VimEditor(name: "vim-backup", options: ["--cmd", "set backup backupcopy=yes noswapfile"]),
        EmacsEditor(name: "emacs"), NanoEditor(name: "nano"),
    ]
    private static let others: [any Editor] = RecordedEditor.table + ShellEditor.table

    /// All of each with each; of the others a twelfth, unless all are asked for.
    private static let pairs: [Pair] = Scenario.all.enumerated().flatMap { number, scenario -> [Pair] in
        let others = others.enumerated().filter { isLong || ($0.offset + number) % 12 == 0 }.map(\.element)
        return (programs + others).filter(scenario.fits).map { (scenario, $0) }
    }

    @Test(arguments: 0..<batches) func `a person's gesture is made once and every byte stays, whatever they save with`(batch: Int) async throws {
        let pairs = Self.pairs.enumerated().filter { $0.offset % Self.batches == batch }.map(\.element)
        var plugs: [String: String] = [:]
        for number in pairs.indices { plugs["01_ideas/Plug \(number + 1).md"] = "---\nid: FR-\(number + 1)\n---\n# Plug\n" }
        try await EditorScene.with(plugs) { scene in
            await withTaskGroup(of: Void.self) { group in
                for (number, pair) in pairs.enumerated() {
                    group.addTask {
                        let desk = Scenario.Desk(
                            scene: scene, editor: pair.editor, note: "\(pair.scenario.name) \(pair.editor.name)",
                            plug: FeatureID(number: number + 1, prefix: "FR"))
                        do { try await pair.scenario.play(desk) } catch { Issue.record("\(pair.editor.name), \(pair.scenario.name): \(error)") }
                    }
                }
            }
            let leftovers = try scene.leftovers()
            #expect(leftovers.isEmpty)
        }
    }
}
