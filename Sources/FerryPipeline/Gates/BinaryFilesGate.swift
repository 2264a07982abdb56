package import FerryModel

/// Points at files that a reviewer cannot read. Programs and libraries are refused, pictures and fonts only listed.
package struct BinaryFilesGate: Gate {
    package let name = "binary-files"
    package let purpose = "Lists new and changed binary files; refuses compiled programs, libraries and byte code."

    /// An asset above this many bytes is a warning.
    static let largeAsset = 512 << 10

    package init() {}

    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        change.files.compactMap { file in
            guard case .binary(let start, let bytes) = file.after else { return nil }
            if let kind = Self.program(start, path: file.path) {
                return Finding(
                    rule: name, severity: .error, path: file.path, message: "The file is \(kind) (\(bytes) bytes), which nobody can review.",
                    remedy: "Delete it and commit its source; add built files to .gitignore.")
            }
            let isExpected = context.names(file.path) || Self.isAsset(file.path) && bytes <= Self.largeAsset
            return Finding(
                rule: name, severity: isExpected ? .note : .warning, path: file.path,
                message: "The file is binary (\(bytes) bytes) and was \(file.kind.verb).",
                remedy: isExpected
                    ? "Look at it before approving." : "Delete it unless the feature needs it; generated files do not belong in a commit.")
        }
    }

    /// Programs by their first bytes (ELF, PE, Mach-O, Java class, WebAssembly) or, for archives and byte code, by name.
    private static func program(_ start: [UInt8], path: String) -> String? {
        let magic: [([UInt8], String)] = [
            ([0x7F, 0x45, 0x4C, 0x46], "an ELF program or library"), ([0x4D, 0x5A], "a Windows program or library"),
            ([0xCF, 0xFA, 0xED, 0xFE], "a Mach-O program or library"), ([0xCA, 0xFE, 0xBA, 0xBE], "Java byte code or a Mach-O library"),
            ([0x00, 0x61, 0x73, 0x6D], "a WebAssembly module"),
        ]
        if let known = magic.first(where: { start.starts(with: $0.0) }) { return known.1 }
        return ["pyc", "pyo", "o", "a", "so", "jar", "class", "dll", "dylib", "exe"].contains(fileExtension(path)) ? "compiled code" : nil
    }

    private static func isAsset(_ path: String) -> Bool {
        ["png", "jpg", "jpeg", "gif", "ico", "webp", "avif", "woff", "woff2", "ttf", "otf", "pdf"].contains(fileExtension(path))
    }

    private static func fileExtension(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        return name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } ?? "" : ""
    }
}
