internal import FerryPipeline
internal import FerryVault
internal import Logging

/// What the service logs, as lines on standard error: for the journal with a priority, else with time and level, above the live lines.
struct ConsoleLog: LogHandler {
    let console: Console
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .notice

    /// Sends all logging of this process there, from `level` on; once.
    static func use(_ console: Console, from level: Logger.Level = .notice) {
        LoggingSystem.bootstrap { _ in ConsoleLog(console: console, logLevel: level) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = JournalText.fields(metadata.merging(event.metadata ?? [:]) { $1 })
        let text = SafeText.make(event.message.description + fields)
        if console.isJournal {
            console.warn(text, event.level)
        } else {
            console.warn("\(Transcript.utc()) \(event.level): \(text)")
        }
    }

    /// `FERRY_LOG` where it names a level; else what a person at a terminal wants to know, and for a journal, which can be searched, more.
    static func level(named name: String?, isJournal: Bool) -> Logger.Level {
        name.flatMap { Logger.Level(rawValue: $0.lowercased()) } ?? (isJournal ? .info : .notice)
    }
}
