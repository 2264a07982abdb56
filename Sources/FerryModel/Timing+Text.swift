extension Timing {
    /// Waits shortened, or lengthened, by a text such as `settle=60 firstTouch=30`, in milliseconds. `nil` where the text cannot be read.
    /// A test gives it to the program in `FERRY_TIMING`; no note and no setting has it.
    package init?(milliseconds text: String) {
        self.init()
        for part in text.split(separator: " ") {
            let sides = part.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, let wait = Self.names[String(sides[0])], let number = Int(sides[1]), number >= 0 else { return nil }
            self[keyPath: wait] = .milliseconds(number)
        }
    }

    private static var names: [String: WritableKeyPath<Timing, Duration>] {
        [
            "settle": \.settle, "firstTouch": \.firstTouch, "disappearance": \.disappearance, "reconcileInterval": \.reconcileInterval,
            "pollInterval": \.pollInterval, "indexInterval": \.indexInterval, "noteInterval": \.noteInterval, "noteBusy": \.noteBusy,
            "retryFirst": \.retryFirst, "retryCap": \.retryCap, "quotaProbe": \.quotaProbe, "healthy": \.healthy, "aging": \.aging,
            "modelRetry": \.modelRetry, "modelPatience": \.modelPatience, "lookUp": \.lookUp, "probe": \.probe, "progress": \.progress,
            "lease": \.lease,
            "clockInterval": \.clockInterval, "longestCommand": \.longestCommand, "upkeepInterval": \.upkeepInterval,
            "snapshotInterval": \.snapshotInterval, "diskAnswer": \.diskAnswer,
            "windDown": \.windDown, "beat": \.beat, "stopPoll": \.stopPoll, "servingInterval": \.servingInterval, "servingTrust": \.servingTrust,
            "orphanPatience": \.orphanPatience,
        ]
    }
}
