/// What the price note says that a model takes.
package struct ModelLimits: Hashable, Sendable {
    /// Tokens of input at most; `nil`: unknown.
    package var window: Int?
    /// Tokens of output at most; `nil`: unknown.
    package var maxOutput: Int?
    /// Whether it is asked for its reasoning; `nil`: as its driver thinks best.
    package var thinks: Bool?
    /// The efforts that it knows, the least first; empty: it takes none; `nil`: unknown.
    package var efforts: [String]?

    package init(window: Int? = nil, maxOutput: Int? = nil, thinks: Bool? = nil, efforts: [String]? = nil) {
        self.window = window
        self.maxOutput = maxOutput
        self.thinks = thinks
        self.efforts = efforts
    }

    /// All efforts that there are, the least first.
    package static let allEfforts = ["low", "medium", "high", "xhigh", "max"]

    /// The same options as far as the model takes them: an effort that it does not know becomes the next lower that it knows, else its least.
    func fitting(_ options: ModelOptions) -> ModelOptions {
        var fitted = options
        if let maxOutput { fitted.maxOutputTokens = min(options.maxOutputTokens, maxOutput) }
        guard let efforts, let asked = options.effort.flatMap({ Self.allEfforts.firstIndex(of: $0) }) else { return fitted }
        fitted.effort = efforts.last { Self.allEfforts[...asked].contains($0) } ?? efforts.first
        return fitted
    }
}
