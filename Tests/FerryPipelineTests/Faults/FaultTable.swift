internal import FerryLLM
internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

/// The table of faults in docs/models.md.
enum FaultTable {
    private static let marks = (begin: "<!-- faults:begin -->", end: "<!-- faults:end -->")

    static func text(_ rows: [FaultRow]) -> String {
        let head = "| what goes wrong in the second turn | api | what Ferry did | requests | took | cost, USD |\n|---|---|---|---|---|---|"
        let lines = rows.map { row in
            let cost = row.cost.map { "\(Double(($0.microdollars + 50) / 100) / 10_000)" } ?? "unknown"
            let seconds = (row.took / .milliseconds(100)).rounded() / 10
            return "| \(row.fault.name) | \(row.fault.wire.rawValue) | \(row.did) | \(row.requests) | \(seconds) s | \(cost) |"
        }
        return ([head] + lines).joined(separator: "\n") + "\n"
    }

    /// Puts the table between its marks. Throws `Errno`.
    static func write(_ rows: [FaultRow], into file: FilePath) throws {
        let page = try FerryTestSupport.text(file)
        let begin = try #require(page.firstRange(of: marks.begin + "\n"), "\(file) has no mark for the table")
        let end = try #require(page.firstRange(of: marks.end))
        let whole = page[..<begin.upperBound] + text(rows) + page[end.lowerBound...]
        try FileContents.write(Array(whole.utf8), to: file, mode: 0o644)
    }
}
