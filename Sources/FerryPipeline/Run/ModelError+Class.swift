internal import FerryLLM
internal import FerryModel

/// Whose trouble an error of a model is. By the error's own code, never by the status alone (`ProviderRefusal`).
extension ModelError {
    var faultClass: FaultClass {
        switch kind {
        case .rate, .overloaded: .rate
        case .quota: .quota
        case .server, .network, .stalled, .truncated: .infrastructure
        case .authentication, .badRequest, .unknownModel, .contextOverflow, .configuration: .configuration
        }
    }

    /// Whom it concerns: all models of the provider, all features with this model, or only the conversation that met it.
    var faultScope: FaultScope {
        guard let model else { return .feature }
        switch kind {
        case .authentication, .quota, .network: return model.split(separator: "/").first.map { .provider(String($0)) } ?? .model(model)
        case .rate, .overloaded, .server, .stalled, .truncated, .unknownModel, .configuration: return .model(model)
        case .badRequest, .contextOverflow: return .feature
        }
    }
}
