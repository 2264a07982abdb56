package import FerryModel

/// Refuses file names that a terminal, a list with a name on each line, or a reader's eye would take for something else.
package struct FileNamesGate: Gate {
    package let name = "file-names"
    package let purpose = "Refuses new file names with control or direction characters, and such as are no UTF-8."

    package init() {}

    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        change.files.filter { $0.kind == .added }.compactMap { file in
            guard let fault = Self.fault(of: file) else { return nil }
            return Finding(
                rule: name, severity: .error, path: file.path.filter { !$0.unicodeScalars.contains(where: Self.isUnsafe) },
                message: "The name of this new file holds \(fault).", remedy: "Rename the file.")
        }
    }

    private static func fault(of file: ChangedFile) -> String? {
        if String(validating: file.pathBytes, as: UTF8.self) == nil { return "bytes that are no UTF-8" }
        let unsafe = file.path.unicodeScalars.first(where: isUnsafe)
        return unsafe.map { "the character U+\(String($0.value, radix: 16, uppercase: true).leftPadded(to: 4))" }
    }

    /// Controls, direction overrides and invisible characters (Unicode 15, general categories Cc and Cf, line and paragraph separators).
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String { String(repeating: "0", count: max(0, width - utf8.count)) + self }
}
