package import FerryModel
package import SystemPackage

/// A repository that Ferry may change. A note of `80_repositories/`.
package struct RepositoryNote: Hashable, Sendable {
    /// Work that may use the network.
    package enum NetworkUse: String, Hashable, Sendable, CaseIterable {
        /// The command of `setup`.
        case setup
        /// The repository's tests and the commands of a note.
        case test
        case agents
    }

    /// Bounds of one command.
    package struct Limits: Hashable, Sendable {
        package var memoryMB = 4096
        package var processes = 512
        package var minutes = 10
        package var diskMB = 8192
    }

    package let name: RepositoryName
    /// Absolute; empty only with a fault.
    package let path: FilePath
    /// `nil`: the branch that is checked out.
    package let base: String?
    /// The command that prepares a fresh worktree or export: fetches and installs what builds and tests need.
    package let setup: String?
    /// The key `test`: the command that decides; empty only with a fault.
    package let testCommand: String
    package let protected: [PathPattern]
    /// A file that `test` writes its results to, as JUnit XML; relative to the repository.
    package let testReport: String?
    /// What each new source file must hold in a comment at its top; `*` stands for any text. `nil`: nothing.
    package let licenceHeader: String?
    /// Layers of the code, from the lowest up.
    package let layers: [String]
    /// Folders that commands may read beside the system. Absolute.
    package let toolchains: [FilePath]
    /// Hosts that may be reached, on the ports 443 and 80.
    package let network: [HostName]
    /// Who may reach them (`network_for`).
    package let networkFor: Set<NetworkUse>
    package let environment: [String: String]
    package let limits: Limits
    /// `nil`: as many as the settings say.
    package let atOnce: Int?
    package let forge: String?
    /// What an engineer should know on the first day.
    package let text: String
    package let faults: [NoteFault]

    /// Never fails: what cannot be read is absent and has a fault. A note with faults is not to be used.
    package init(_ note: NoteBytes, path notePath: String, offLimits: OffLimits) {
        var reader = NoteReader(note, path: notePath, isStrict: true)
        let body = MarkdownBody(note)
        name = RepositoryName(NotePath.stem(notePath))
        path = Self.repositoryPath(&reader, offLimits) ?? FilePath()
        base = reader.text("base")
        setup = reader.text("setup", such: "write a command on one line")
        testCommand = reader.text("test", such: "write a command on one line") ?? ""
        protected = reader.patterns("protected")
        testReport = Self.testReport(&reader)
        licenceHeader = reader.text("licence_header", such: "write one line such as `SPDX-License-Identifier: MIT`")
        layers = reader.texts("layers").map(\.text)
        toolchains = Self.toolchains(&reader, offLimits)
        network = Self.network(&reader)
        networkFor = Self.networkFor(&reader)
        environment = Self.environment(&reader)
        limits = Self.limits(&reader)
        atOnce = reader.wholeNumber("at_once", 1...1000, example: 2)
        forge = reader.text("forge")
        text = body.text(body.lineNumbers)
        if testCommand.isEmpty, !reader.hasFault(at: "test") {
            reader.fault(reader.line(of: "test") ?? 1, "the repository has no `test`", "write the command that decides, such as `test: make test`")
        }
        faults = reader.finish()
    }

    private static func repositoryPath(_ reader: inout NoteReader, _ offLimits: OffLimits) -> FilePath? {
        guard let text = reader.text("path", such: "write the repository's folder") else {
            if !reader.hasFault(at: "path") {
                reader.fault(
                    reader.line(of: "path") ?? 1, "the repository has no `path`", "write the folder of the repository, such as `path: ~/code/shop`")
            }
            return nil
        }
        return folder(text, "path", reader.line(of: "path"), &reader, offLimits, vaultMayLieInside: true)
    }

    private static func testReport(_ reader: inout NoteReader) -> String? {
        guard let text = reader.text("test_report", such: "write a file such as build/junit.xml") else { return nil }
        if PathPattern(text) != nil, !text.hasSuffix("/") { return text }
        reader.fault(
            reader.line(of: "test_report"), "test_report is `\(InertText.excerpt(text, limit: 120))`",
            "write a file below the repository, without `..`")
        return nil
    }

    private static func toolchains(_ reader: inout NoteReader, _ offLimits: OffLimits) -> [FilePath] {
        reader.texts("toolchains", such: "write a list of folders such as [~/.cargo]").compactMap {
            folder($0.text, "toolchains", $0.line, &reader, offLimits, vaultMayLieInside: false)
        }
    }

    private static func network(_ reader: inout NoteReader) -> [HostName] {
        reader.texts("network", such: "write a list of hosts such as [pypi.org]").compactMap { item in
            if item.text == "none" { return nil }
            if let name = HostName(item.text) { return name }
            reader.fault(
                item.line, "network holds `\(InertText.excerpt(item.text, limit: 60))`",
                "write exact names of hosts such as pypi.org: no address, no port, no `https://`, no `*`")
            return nil
        }
    }

    private static func networkFor(_ reader: inout NoteReader) -> Set<NetworkUse> {
        let words = reader.texts("network_for", such: "write a list such as [setup]")
        guard reader.line(of: "network_for") != nil else { return [.setup] }
        return Set(
            words.compactMap { word in
                if let use = NetworkUse(rawValue: word.text) { return use }
                reader.fault(
                    word.line, "network_for holds `\(InertText.excerpt(word.text, limit: 60))`",
                    "write some of \(NetworkUse.allCases.map(\.rawValue).joined(separator: ", "))")
                return nil
            })
    }

    private static func folder(
        _ text: String, _ key: String, _ line: Int?, _ reader: inout NoteReader, _ offLimits: OffLimits, vaultMayLieInside: Bool
    ) -> FilePath? {
        let shown = InertText.excerpt(text, limit: 120)
        guard let path = offLimits.absolute(text) else {
            reader.fault(line, "\(key) is `\(shown)`", "write a path that begins with `/` or `~/`")
            return nil
        }
        if let reason = offLimits.reason(against: path, vaultMayLieInside: vaultMayLieInside) {
            reader.fault(line, "\(key) is `\(shown)`, which \(reason)", "name the folder of the \(key == "path" ? "repository" : "toolchain") itself")
            return nil
        }
        return path
    }

    private static func environment(_ reader: inout NoteReader) -> [String: String] {
        var environment: [String: String] = [:]
        for pair in reader.map("env", example: "{LANG: C.UTF-8}") {
            let isName =
                pair.key.utf8.first?.isASCIIDigit == false
                && pair.key.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") }
            guard isName else {
                reader.fault(pair.line, "env holds the name `\(InertText.excerpt(pair.key, limit: 60))`", "use letters, digits and `_`")
                continue
            }
            switch pair.value.content {
            case .text(let text) where !text.utf8.contains(0): environment[pair.key] = text
            case .empty: environment[pair.key] = ""
            case .text, .list, .map: reader.fault(pair.line, "env.\(pair.key) is \(pair.value.shown)", "write a text")
            }
        }
        return environment
    }

    private static func limits(_ reader: inout NoteReader) -> Limits {
        var limits = Limits()
        for pair in reader.map("limits", example: "{memory_mb: 4096, minutes: 10}") {
            guard let number = NoteReader.number(pair.value), number > 0, number <= 1 << 30 else {
                reader.fault(pair.line, "limits.\(InertText.excerpt(pair.key, limit: 60)) is \(pair.value.shown)", "write a whole number above 0")
                continue
            }
            switch pair.key {
            case "memory_mb": limits.memoryMB = number
            case "processes": limits.processes = number
            case "minutes": limits.minutes = number
            case "disk_mb": limits.diskMB = number
            default:
                reader.fault(
                    pair.line, "limits holds the unknown name `\(InertText.excerpt(pair.key, limit: 60))`",
                    "the limits are memory_mb, processes, minutes and disk_mb")
            }
        }
        return limits
    }
}
