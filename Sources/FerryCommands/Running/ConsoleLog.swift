internal import FerryPipeline
internal import FerryVault
internal import Logging

/// What the service logs, as lines on standard error, above the live lines.
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
        console.warn("\(Transcript.utc()) \(event.level): \(SafeText.make(event.message.description))")
    }
}
