internal import FerrySandbox

/// How a command ended, in a form that can be stored: its description (`exit 1`).
package enum EvidenceEnding: Hashable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)
    case deadline
    case diskLimit
    case memoryLimit

    init(_ ending: CommandResult.Ending) {
        self =
            switch ending {
            case .exited(let status): .exited(status)
            case .signalled(let signal): .signalled(signal)
            case .deadline: .deadline
            case .diskLimit: .diskLimit
            case .memoryLimit: .memoryLimit
            }
    }

    package var description: String {
        switch self {
        case .exited(let status): "exit \(status)"
        case .signalled(let signal): "signal \(signal)"
        case .deadline: "did not end in time"
        case .diskLimit: "wrote too much"
        case .memoryLimit: "used too much memory"
        }
    }
}

extension EvidenceEnding: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        let number = text.split(separator: " ").last.flatMap { Int32($0) } ?? 0
        let all: [EvidenceEnding] = [.exited(number), .signalled(number), .deadline, .diskLimit, .memoryLimit]
        guard let ending = all.first(where: { $0.description == text }) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "`\(text)` is no ending of a command.")
        }
        self = ending
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
