internal import FerryLLM
internal import FerryModel
internal import FerryPipeline
internal import FerrySystem

/// Providers and models as the vault's notes have them.
struct ModelsReport: Sendable, Encodable {
    struct Provider: Sendable, Encodable {
        var name: String
        var api: String
        var address: String
        /// The name of its key, never the key.
        var key: String?
        var fault: Fault?
    }
    struct Fault: Sendable, Encodable {
        /// `ModelError.Kind`
        var kind: String
        var message: String
        var remedy: String?
        init(_ error: ModelError) {
            kind = error.kind.rawValue
            message = error.message
            remedy = error.remedy
        }
    }
    struct Model: Sendable, Encodable {
        /// `provider/model`
        var name: String
        /// Names that stand for it, alone or in a chain.
        var aliases: [String]
        /// An agent works with it.
        var isUsed: Bool
        var price: Price?
        var windowTokens: Int?
        /// Why it cannot be asked at all.
        var fault: Fault?
        /// What came of `--probe`.
        var answer: Answer?
    }
    /// Dollars for a million tokens.
    struct Price: Sendable, Encodable {
        var input: Double
        var output: Double
        var cacheRead: Double
        var maxOutputTokens: Int?
        init(_ price: ModelPrice) {
            input = price.input.dollars
            output = price.output.dollars
            cacheRead = price.cacheRead.dollars
            maxOutputTokens = price.maxOutput
        }
    }
    struct Answer: Sendable, Encodable {
        var seconds: Double
        var costUsd: Double?
        var fault: Fault?
    }

    var providers: [Provider]
    var models: [Model]
    /// Models that have a price and that nothing names.
    var pricedOnly: [String]

    /// All that agents work with can be asked, and answered where they were.
    var isReady: Bool { models.allSatisfy { !$0.isUsed || ($0.fault == nil && $0.answer?.fault == nil) } }

    init(_ configuration: Configuration, _ catalog: ModelCatalog) {
        let used = ModelExamination.names(in: configuration)
        var members: [String: (aliases: Set<String>, isUsed: Bool)] = [:]
        for name in Set(catalog.aliasNames).union(used) {
            // A name that stands for nothing is the settings' fault, which `ferry check` and the doctor tell.
            for member in (try? catalog.chain(of: name)) ?? [] {
                members[member, default: ([], false)].isUsed = members[member]?.isUsed == true || used.contains(name)
                if name != member { members[member]?.aliases.insert(name) }
            }
        }
        let models = members.sorted { $0.key < $1.key }.map { name, place -> Model in
            let price = catalog.price(of: name)
            var model = Model(
                name: name, aliases: place.aliases.sorted(), isUsed: place.isUsed, price: price.map(Price.init),
                windowTokens: catalog.window(of: name))
            do throws(ModelError) { _ = try catalog.model(named: name) } catch { model.fault = Fault(error) }
            return model
        }
        providers = catalog.providerEntries.map {
            Provider(name: $0.name, api: $0.api, address: $0.address, key: $0.key, fault: $0.fault.map(Fault.init))
        }
        self.models = models
        let known = Set(models.flatMap { [$0.name, String($0.name.split(separator: "/", maxSplits: 1).last ?? "")] })
        pricedOnly = catalog.pricedModels.map(\.name).filter { !known.contains($0) }
    }

    /// Asks all models that can be asked, side by side.
    mutating func probe(_ catalog: ModelCatalog, within limit: Duration) async {
        let names = models.filter { $0.fault == nil }.map(\.name)
        let answers = await withTaskGroup(of: (String, Answer).self) { group in
            for name in names { group.addTask { (name, await Self.answer(of: name, catalog, within: limit)) } }
            return await group.reduce(into: [String: Answer]()) { $0[$1.0] = $1.1 }
        }
        for index in models.indices { models[index].answer = answers[models[index].name] }
    }

    private static func answer(of name: String, _ catalog: ModelCatalog, within limit: Duration) async -> Answer {
        let asked = BootClock.now
        func seconds() -> Double { ((BootClock.now - asked) / .milliseconds(1)).rounded() / 1000 }
        do {
            let response = try await catalog.probe(name, within: limit)
            return Answer(seconds: seconds(), costUsd: catalog.cost(of: response.usage, model: name)?.dollars)
        } catch {
            return Answer(seconds: seconds(), fault: Fault(error as? ModelError ?? ModelError(.network, "\(error)")))
        }
    }
}
