internal import SystemPackage

/// The message that starts a `ferry-step`. The format is described in Sources/ferry-step/specification.h.
struct StepSpecification {
    private(set) var message: [UInt8] = []

    init(
        _ arguments: BubblewrapArguments, input: [UInt8], limits: SandboxLimits, bubblewrap: FilePath, cgroup: FilePath?
    ) {
        var fields = Fields()
        fields.add("B", bubblewrap)
        if let cgroup { fields.add("C", cgroup) }
        fields.add("T", limits.time.milliseconds)
        fields.add("N", Int64(limits.openFiles))
        fields.add("P", Int64(limits.processes))
        fields.add("F", limits.fileBytes)
        fields.add("M", limits.memoryBytes)
        if !input.isEmpty { fields.add("I", input) }
        fields.add("A", "bwrap")
        for argument in arguments.list {
            switch argument {
            case .text(let text): fields.add("A", text)
            case .path(let path): fields.add("A", path)
            case .data(let bytes): fields.add("D", bytes)
            case .folder(let path): fields.add("O", path)
            case .end:
                fields.add("E", [UInt8]())
                fields.add("A", "--")
            case .socket(let path): fields.add("U", path)
            case .helper: fields.add("X", [UInt8]())
            case .seccomp: fields.add("S", [UInt8]())
            case .status: fields.add("J", [UInt8]())
            case .gate: fields.add("G", [UInt8]())
            }
        }
        message = Array("FERRYST1".utf8) + Fields.number(fields.bytes.count) + fields.bytes
    }

    private struct Fields {
        var bytes: [UInt8] = []

        static func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

        mutating func add(_ tag: Unicode.Scalar, _ content: [UInt8]) {
            bytes.append(UInt8(ascii: tag))
            bytes += Self.number(content.count)
            bytes += content
        }

        mutating func add(_ tag: Unicode.Scalar, _ text: String) { add(tag, Array(text.utf8)) }
        mutating func add(_ tag: Unicode.Scalar, _ number: Int64) { add(tag, String(number)) }
        mutating func add(_ tag: Unicode.Scalar, _ path: FilePath) {
            add(tag, path.withPlatformString { [UInt8](UnsafeRawBufferPointer(start: $0, count: path.length)) })
        }
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
