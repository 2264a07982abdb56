internal import FerryLLM
internal import FerryModel
internal import FerryPipeline
internal import FerryVault
internal import Foundation

/// Whether the models that notes name can be reached: aliases, providers, keys and the hosts they are bound to; and what the providers say of those that
/// agents work with. No model is called, and nothing is paid.
struct ModelExamination: Sendable {
    let view: VaultView
    /// Providers are asked nothing.
    let isOffline: Bool

    /// Tokens of context below which an agent cannot work, and below which it hands its work over again and again: its first request, a file or two and
    /// an answer are about 25,000 tokens.
    static let leastWindow = 32_000
    static let easyWindow = 64_000

    func findings() async -> [DoctorFinding] {
        do {
            return try await view.withModels { configuration, catalog, file in
                let used = Self.names(in: configuration)
                let examined = Self.look(used, catalog)
                let asked = isOffline ? [] : await Self.ask(examined.reachable.filter(used.contains), catalog)
                let faults = (file?.faults ?? []).map { DoctorFinding.fail("keys", $0.description, remedy: "") }
                let logins = LoginExamination.findings(configuration, file, environment: ProcessInfo.processInfo.environment)
                return faults + examined.findings + asked + logins
            }
        } catch let error as ModelError { return [.fail("keys", error.message, remedy: error.remedy ?? "")] } catch {
            return [.fail("models", error)]
        }
    }

    private static func look(_ used: Set<String>, _ catalog: ModelCatalog) -> (findings: [DoctorFinding], reachable: [String]) {
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
        return (findings, reachable)
    }

    // MARK: What the providers say

    private static func ask(_ names: [String], _ catalog: ModelCatalog) async -> [DoctorFinding] {
        let members = Set(names.flatMap { (try? catalog.chain(of: $0)) ?? [] }).sorted()
        let limit = Timing().lookUp
        let answers = await withTaskGroup(of: (String, Result<ModelFacts?, ModelError>).self) { group in
            for name in members {
                group.addTask {
                    do { return (name, .success(try await catalog.lookUp(name, within: limit))) } catch {
                        return (name, .failure(error as? ModelError ?? ModelError(.network, "\(error)")))
                    }
                }
            }
            return await group.reduce(into: [String: Result<ModelFacts?, ModelError>]()) { $0[$1.0] = $1.1 }
        }
        var findings: [DoctorFinding] = []
        var known: [String] = []
        for name in members {
            switch answers[name] {
            case .success(let facts?):
                known.append(name)
                if let finding = window(of: name, facts, catalog) { findings.append(finding) }
            case .success, nil: if let finding = window(of: name, ModelFacts(), catalog) { findings.append(finding) }
            case .failure(let error): findings.append(Self.finding(name, error))
            }
        }
        if !known.isEmpty { findings.insert(.ok("providers", "know \(known.joined(separator: ", "))"), at: 0) }
        return findings
    }

    private static func finding(_ name: String, _ error: ModelError) -> DoctorFinding {
        let detail = "\(name): \(error.message)"
        // It was reached, and will be well again by itself.
        if [.overloaded, .server, .rate].contains(error.kind) { return .warn("providers", detail, remedy: error.remedy ?? "Try again later.") }
        return .fail("providers", detail, remedy: error.remedy ?? "Check the network and the provider's base_url.")
    }

    /// What is wrong with the size of a model's context, by its provider and by the price note.
    private static func window(of name: String, _ facts: ModelFacts, _ catalog: ModelCatalog) -> DoctorFinding? {
        let noted = catalog.window(of: name)
        if let given = facts.window, let noted, given < noted {
            return .fail(
                "context", "\(name): its provider gives it \(given) tokens, and Ferry counts on \(noted)",
                remedy:
                    "Write \(given) into the column `window` of 90_system/models.md, or start the server with a larger context; else long conversations fail."
            )
        }
        guard let window = facts.window ?? noted, window < easyWindow else { return nil }
        let remedy = "Give the server a larger context (64000 tokens at least), or take a model that holds more."
        if window < leastWindow { return .fail("context", "\(name): \(window) tokens are too few for an agent", remedy: remedy) }
        return .warn("context", "\(name): with \(window) tokens its work is handed over to fresh conversations often", remedy: remedy)
    }

    /// The names that agents work with: their own, and those of the tiers where an agent has none.
    static func names(in configuration: Configuration) -> Set<String> {
        let agents = configuration.agents.filter { $0.auth == .key }
        var names = Set(agents.compactMap(\.model))
        if agents.contains(where: { $0.model == nil }) { names.formUnion(["small", "medium", "large"]) }
        return names
    }
}
