package import FerryModel
package import FerryStore

/// Named moments at which a test may look or wait.
package struct PipelineHooks: Sendable {
    /// The job row of a feature is stored.
    package var didEnqueue: (@Sendable (FeatureID) async -> Void)?
    /// The vault is there and is about to be looked at.
    package var willLook: (@Sendable () async -> Void)?
    /// The notes that Ferry is set up by are about to be read.
    package var willReadSetup: (@Sendable () async -> Void)?
    /// A look at the vault has been carried out.
    package var didLook: (@Sendable () async -> Void)?
    /// The loop met an error that it goes on after.
    package var didFail: (@Sendable (any Error) async -> Void)?
    /// A piece of the beginning is done: a long one is not a stuck one.
    package var didAdvance: (@Sendable () -> Void)?
    /// Something has been dealt with, so that a report may say something else now.
    package var didMove: (@Sendable () -> Void)?
    /// A feature's record changed.
    package var didChange: (@Sendable (FeatureRecord) async -> Void)?
    package init() {}
}
