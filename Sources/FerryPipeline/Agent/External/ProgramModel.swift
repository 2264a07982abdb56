internal import FerryLLM
internal import FerryModel

/// A model that an agent program reaches through Ferry.
struct ProgramModel: Sendable {
    let upstream: ModelUpstream
    /// `nil`: unknown.
    let price: @Sendable (ModelUsage) -> Money?
    /// Tokens of an answer, at most.
    let maxOutput: Int
}
