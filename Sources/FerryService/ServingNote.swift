internal import FerrySystem
internal import FerryVault
internal import Foundation

/// `90_system/serving.md`: which machine serves the vault. Comes with the vault from other machines, so all of it is data.
struct ServingNote: Hashable, Sendable {
    /// `Machine.identity`.
    var machine: String
    /// For a person.
    var host: String
    /// The process; `nil` in a notice that names none.
    var process: ProcessIdentity?
    /// When it began, and when it last said so. Whole seconds.
    var since: Date
    var seen: Date

    init(machine: String, host: String, process: ProcessIdentity?, since: Date, seen: Date) {
        (self.machine, self.process, self.since, self.seen) = (machine, process, since, seen)
        self.host = Self.word(host, 64)
    }

    /// `nil` for what is no such note: nobody is turned away because of it.
    init?(parsing bytes: [UInt8]) {
        var values: [String: String] = [:]
        for line in String(decoding: bytes.prefix(4096), as: UTF8.self).split(whereSeparator: \.isNewline).prefix(16) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[String(line[..<colon])] = Self.word(String(line[line.index(after: colon)...]), 200)
        }
        guard let machine = values["machine"], !machine.isEmpty, let since = Self.date(values["since"]), let seen = Self.date(values["seen"]) else {
            return nil
        }
        self.init(
            machine: machine, host: values["host"] ?? "", process: values["process"].flatMap { ProcessIdentity($0) }, since: since, seen: seen)
    }

    private static func date(_ text: String?) -> Date? { text.flatMap { try? Date($0, strategy: .iso8601) } }

    /// Nothing that could be anything but a word in a line.
    private static func word(_ text: String, _ limit: Int) -> String {
        String(
            SafeText.line(text).unicodeScalars.filter { $0.properties.isAlphabetic || "0123456789-_.:".unicodeScalars.contains($0) }.prefix(limit)
                .map(Character.init))
    }

    var content: [UInt8] {
        Array(
            """
            ---
            machine: \(machine)
            host: \(host)
            process: \(process?.description ?? "")
            since: \(since.formatted(.iso8601))
            seen: \(seen.formatted(.iso8601))
            ---
            # Ferry serves this vault on `\(host)`

            This note is there while it does, and changes seldom. Another machine that has the vault by a sync tool sees it and does not begin. To move on to that machine,
            stop Ferry here, or run `ferry run --takeover` there.

            """.utf8)
    }

    /// Whether the process of this machine that wrote it is alive.
    var isAlive: Bool { process?.isAlive ?? false }

    /// Whether its machine is to be believed to be there. A clock that goes ahead of ours is believed, too.
    func isFresh(at now: Date, trust: Duration) -> Bool { now.timeIntervalSince(seen) < trust / .seconds(1) }

    /// Of two that serve, the one that took the vault over later goes on; every machine decides this alike.
    func outranks(_ other: ServingNote) -> Bool { since == other.since ? rank > other.rank : since > other.since }

    private var rank: String { "\(machine) \(process?.description ?? "")" }
}
