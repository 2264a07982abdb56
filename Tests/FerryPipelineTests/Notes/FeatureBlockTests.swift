internal import FerryModel
internal import FerryStore
internal import FerryVault
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

struct FeatureBlockTests {
    @Test func `the blocks of no two states are the same, so that a save from an old buffer shows`() throws {
        let blocks = try FeatureState.allCases.map { state in
            let feature = FeatureRecord(id: FeatureID(number: 1), path: VaultLayout().folder(of: state).appending("x.md"), title: "x", state: state)
            let block = FeatureBlock(
                feature: feature, run: nil, check: nil, cost: SpendingTotal(), stage: nil, waits: nil, events: [], allowance: Money(dollars: 5),
                merged: nil, isEdited: false, layout: VaultLayout())
            return try FerryBlock.setting(block.content, in: Array("x\n".utf8))
        }
        #expect(Set(blocks).count == FeatureState.allCases.count)
    }
}
