/// The line with which `ferry-step` ends. The format is described in Sources/ferry-step/report.h.
struct StepReport: Hashable {
    enum Ending: String { case itself, deadline, memory, request }
    /// Who bounds memory: the kernel, the helper by looking again and again, or nobody.
    enum Memory: String { case cgroup, watch, none }
    struct Failure: Hashable {
        enum Kind: String { case policy, bubblewrap, helper }
        var kind: Kind
        var reason: String
    }

    var started = false
    var ending = Ending.itself
    /// Exit status of the command, or of bubblewrap where the command was not executed; -1 for none.
    var code: Int32 = -1
    /// The signal that ended bubblewrap itself; 0 for none.
    var signal: Int32 = 0
    var memory = Memory.none
    /// Whether processes were left behind; they are in the kernel's hands, killed but not yet gone.
    var left = false
    /// Why nothing was run at all.
    var failure: Failure?

    /// `nil` for anything that is not a whole report.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let line = text.split(separator: "\n").last, text.hasSuffix("\n"), line.hasPrefix("ferry-step ") else { return nil }
        let rest = line.dropFirst("ferry-step ".count)
        if rest.hasPrefix("error=") {
            let parts = rest.dropFirst("error=".count).split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let kind = Failure.Kind(rawValue: String(parts[0])) else { return nil }
            failure = Failure(kind: kind, reason: String(parts[1]))
            return
        }
        for field in rest.split(separator: " ") {
            let parts = field.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, take(String(parts[0]), String(parts[1])) else { return nil }
        }
    }

    private mutating func take(_ name: String, _ value: String) -> Bool {
        switch name {
        case "started": started = value == "1"
        case "left": left = value == "1"
        case "memory":
            guard let known = Memory(rawValue: value) else { return false }
            memory = known
        case "code", "signal":
            guard let number = Int32(value) else { return false }
            if name == "code" { code = number } else { signal = number }
        case "ending":
            guard let known = Ending(rawValue: value) else { return false }
            ending = known
        default: return false
        }
        return true
    }
}
