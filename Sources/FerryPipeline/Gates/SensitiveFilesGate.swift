package import FerryModel

/// Lists changes to files that configure tools. They are no fault; they raise the risk and always wait for a person.
package struct SensitiveFilesGate: Gate {
    package let name = "sensitive-files"
    package let isOptional = false
    package let purpose = "Lists changes to files that configure editors, agents, build tools or build servers; they raise the risk."

    package init() {}

    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        // However many there are, those that run for somebody who does no more than open the folder come first.
        let (unasked, others) = change.files.reduce(into: ([ChangedFile](), [ChangedFile]())) { parts, file in
            if Self.runsUnasked(file.path) { parts.0.append(file) } else { parts.1.append(file) }
        }
        return (unasked + others).compactMap { file in
            guard let message = Self.message(file) else { return nil }
            return Finding(rule: name, severity: .note, path: file.path, message: message, remedy: "Read this file's change before approving.")
        }
    }

    static func runsUnasked(_ path: String) -> Bool { SensitiveFile.kind(of: path)?.runsUnasked ?? false }

    private static func message(_ file: ChangedFile) -> String? {
        if let kind = SensitiveFile.kind(of: file.path) { return "The file was \(file.kind.verb); \(kind.effect)." }
        if file.isSubmodule { return "The submodule was \(file.kind.verb); it brings in code that is not part of this change." }
        if file.isLink, file.kind != .deleted { return "The file is a symbolic link." }
        if file.becameExecutable { return "The file can now be run as a program." }
        return nil
    }
}
