internal import FerryLLM

extension ModelUsage {
    /// As transcripts and journals keep it.
    var json: JSONValue {
        [
            "fresh": .int(inputFresh), "read": .int(cacheRead), "write5m": .int(cacheWrite5m), "write1h": .int(cacheWrite1h),
            "output": .int(output), "reasoning": .int(reasoning), "estimated": .bool(isEstimated),
        ]
    }

    /// What is missing is zero.
    init(json: JSONValue?) {
        self.init()
        inputFresh = json?["fresh"]?.int ?? 0
        cacheRead = json?["read"]?.int ?? 0
        cacheWrite5m = json?["write5m"]?.int ?? 0
        cacheWrite1h = json?["write1h"]?.int ?? 0
        output = json?["output"]?.int ?? 0
        reasoning = json?["reasoning"]?.int ?? 0
        isEstimated = json?["estimated"]?.bool ?? false
    }
}
