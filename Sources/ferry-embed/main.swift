// ferry-embed NAME FOLDER OUTPUT: writes the text files below FOLDER into one Swift source, `enum NAME`, for the build plugin EmbedResources.
internal import Foundation

do {
    let arguments = CommandLine.arguments
    guard arguments.count == 4 else { throw EmbedError(message: "usage: ferry-embed NAME FOLDER OUTPUT") }
    let files = try EmbeddedFolder.files(below: URL(filePath: arguments[2], directoryHint: .isDirectory))
    let source = EmbeddedFolder.source(name: arguments[1], files: files)
    try Data(source.utf8).write(to: URL(filePath: arguments[3]))
} catch {
    FileHandle.standardError.write(Data("error: ferry-embed: \(error)\n".utf8))
    exit(1)
}
