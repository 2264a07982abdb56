package import FerryModel

/// Refuses any change below the repository's protected paths. No rule note can switch it off: a vault inside a repository relies on it.
package struct ProtectedPathsGate: Gate {
    package let name = "protected-paths"
    package let isOptional = false
    package let purpose = "Refuses changes below the paths that the repository note protects."

    package init() {}

    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        change.files.compactMap { file in
            guard let pattern = context.protected.first(where: { $0.matches(file.path) }) else { return nil }
            return Finding(
                rule: name, severity: .error, path: file.path,
                message: "The file was \(file.kind.verb) though the repository note protects `\(pattern)`.",
                remedy: "Restore this file to its state at the base. Only a person can take a path out of `protected`.")
        }
    }
}
