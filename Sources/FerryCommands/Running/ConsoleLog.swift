internal import FerryPipeline
internal import FerryVault
internal import Logging

/// What the service logs, as lines on standard error, above the live lines.
struct ConsoleLog: LogHandler {
    let console: Console
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .notice

    /// Sends all logging of this process there; once.
    static func use(_ console: Console) { LoggingSystem.bootstrap { _ in ConsoleLog(console: console) } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        console.warn("\(Transcript.utc()) \(event.level): \(SafeText.make(event.message.description))")
    }
}
