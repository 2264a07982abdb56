internal import FerryLLM
internal import FerryPipeline
internal import FerryVault
internal import Foundation

/// Whether the models that notes name can be reached: aliases, providers, keys and the hosts they are bound to. No model is called.
struct ModelExamination: Sendable {
    let view: VaultView

    func findings() async -> [DoctorFinding] {
        do {
            let file = try ModelSource.readKeyFile(at: ModelSource.usualKeyFile)
            let source = ModelSource(keys: file?.entries ?? [], environment: ProcessInfo.processInfo.environment)
            let loader = ConfigurationLoader(root: view.root, layout: view.layout, offLimits: view.offLimits, store: try view.store())
            let configuration = try await loader.load()
            let findings = Self.look(configuration, source.catalog(configuration))
            await source.shutDown()
            return (file?.faults ?? []).map { .fail("keys", $0.description, remedy: "") } + findings
        } catch let error as ModelError { return [.fail("keys", error.message, remedy: error.remedy ?? "")] } catch {
            return [.fail("models", error)]
        }
    }

    private static func look(_ configuration: Configuration, _ catalog: ModelCatalog) -> [DoctorFinding] {
        let used = names(in: configuration)
        var reachable: [String] = []
        var unpriced: [String] = []
        // Several names often lack the same key: one line for each cause.
        var problems: [ModelError: [String]] = [:]
        for name in Set(catalog.aliasNames).union(used).sorted() {
            do throws(ModelError) {
                _ = try catalog.model(named: name)
                reachable.append(name)
                if used.contains(name) { unpriced += try catalog.chain(of: name).filter { catalog.price(of: $0) == nil } }
            } catch { problems[error, default: []].append(name) }
        }
        var findings: [DoctorFinding] = []
        if !reachable.isEmpty { findings.append(.ok("models", "ready: \(reachable.joined(separator: ", "))")) }
        for (error, names) in problems.sorted(by: { $0.value[0] < $1.value[0] }) {
            let needed = names.filter(used.contains)
            let detail = "\((needed.isEmpty ? names : needed).joined(separator: ", ")): \(error.message)"
            let remedy = error.remedy ?? ""
            findings.append(
                needed.isEmpty ? .warn("models", detail + " (no agent uses it)", remedy: remedy) : .fail("models", detail, remedy: remedy))
        }
        let missing = Set(unpriced).sorted()
        if !missing.isEmpty {
            findings.append(
                .warn(
                    "prices", "unknown for \(missing.joined(separator: ", ")): costs are not counted",
                    remedy: "Add a row to 90_system/models.md; 0 where it is free."))
        }
        return findings
    }

    /// The names that agents work with: their own, and those of the tiers where an agent has none.
    private static func names(in configuration: Configuration) -> Set<String> {
        var names = Set(configuration.agents.compactMap(\.model))
        if configuration.agents.contains(where: { $0.model == nil }) { names.formUnion(["small", "medium", "large"]) }
        return names
    }
}
