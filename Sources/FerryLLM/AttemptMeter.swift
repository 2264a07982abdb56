/// What an answer has brought so far, so that one that is cut off is paid for as well: providers bill what they produced.
struct AttemptMeter {
    private var usage: ModelUsage?
    private var characters = 0
    private var hasBegun = false

    mutating func note(_ reports: [ModelProgress]) {
        hasBegun = true
        for report in reports {
            switch report {
            case .usage(let usage): self.usage = usage
            case .output(let characters): self.characters += characters
            case .failed, .waiting: break
            }
        }
    }

    /// The usage of an attempt that ends here: what was reported, and no less output than arrived. Where nothing was reported the request's bytes
    /// are counted; `nil` where no answer had begun.
    func usage(requestBytes: Int) -> ModelUsage? {
        guard hasBegun else { return nil }
        var total = usage ?? ModelUsage()
        if usage == nil { total.inputFresh = ContextEstimate.tokens(bytes: requestBytes) }
        let arrived = ContextEstimate.tokens(bytes: characters)
        if usage == nil || arrived > total.output {
            total.output = max(total.output, arrived)
            total.isEstimated = true
        }
        return total
    }
}
