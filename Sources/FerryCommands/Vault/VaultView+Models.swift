internal import FerryLLM
internal import FerryPipeline
internal import FerrySystem
internal import FerryVault
internal import Foundation

extension VaultView {
    /// Hands over the models that the vault's notes name, with the keys of this machine. Throws `ModelError` where `keys.yaml` may not be used,
    /// `StoreError`, and what `body` throws.
    func withModels<Result: Sendable>(_ body: (Configuration, ModelCatalog, KeyFile?) async throws -> Result) async throws -> Result {
        let file = try ModelSource.readKeyFile(at: ModelSource.usualKeyFile)
        let source = ModelSource(keys: file?.entries ?? [], environment: ProcessInfo.processInfo.environment)
        do {
            let loader = ConfigurationLoader(root: root, layout: layout, offLimits: offLimits, store: try store())
            let configuration = try await loader.load()
            let result = try await body(configuration, source.catalog(configuration), file)
            await source.shutDown()
            return result
        } catch {
            await source.shutDown()
            throw error
        }
    }

    /// The models for their request bodies only: keys are not read.
    func withCatalog<Result: Sendable>(_ body: (ModelCatalog) async throws -> Result) async throws -> Result {
        let source = ModelSource(environment: [:])
        do {
            let loader = ConfigurationLoader(root: root, layout: layout, offLimits: offLimits, store: try store())
            let result = try await body(source.catalog(try await loader.load()).offline)
            await source.shutDown()
            return result
        } catch {
            await source.shutDown()
            throw error
        }
    }
}
