internal import ArgumentParser
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// `ferry stop --all`: the emergency stop.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop everything at once, and let it go on again.",
        discussion: """
            With --all every agent ends within a second and nothing starts, because 90_system/STOP.md is there; --undo takes it away again.
            To stop one feature: ferry cancel.
            """)

    @Flag(name: .long, help: "Stop all work in the vault.")
    var all = false
    @Flag(name: .long, help: "Let work go on again.")
    var undo = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !all, !undo { throw ValidationError("Say `ferry stop --all`, or `ferry stop --undo`; `ferry cancel FR-012` stops one feature.") }
    }

    private struct Report: Encodable {
        var isStopped: Bool
        var note: String
        var isServed: Bool
    }

    func run() async throws {
        let view = try VaultView(vault)
        let text = undo ? try await release(view) : try await stop(view)
        let console = Console.standard
        if output.json {
            console.print(try JSONText.make(Report(isStopped: view.isStopped, note: view.layout.stop.string, isServed: view.isServed)))
        } else {
            console.print(text)
        }
    }

    private func stop(_ view: VaultView) async throws -> String {
        let note = "Ferry stands still while this note is here. `ferry stop --undo`, or deleting it, lets work go on.\n"
        let isNew: Bool
        // A full disk has room for a name, if for nothing else; it is enough.
        do { isNew = try await view.writer.create(view.layout.stop, content: Array(note.utf8)) } catch {
            do { isNew = try await view.writer.createEmpty(view.layout.stop) } catch {
                let end =
                    ServiceReport(view).map { "end the service instead: kill -TERM \($0.pid), twice" } ?? "make room, then run the command again"
                throw CommandError(
                    .failed, "\(view.layout.stop) cannot be made (\(error)).", remedy: end.prefix(1).uppercased() + end.dropFirst() + ".")
            }
        }
        let what = isNew ? "\(view.layout.stop) is there: nothing starts." : "\(view.layout.stop) was there already: nothing starts."
        return what + word(view, served: " Agents at work end within a second.", unserved: " No service is running.")
            + "\nTo go on: ferry stop --undo"
    }

    private func release(_ view: VaultView) async throws -> String {
        let path = view.root.pushing(view.layout.stop)
        guard try FileStatus.ifPresent(path) != nil else { return "There is no \(view.layout.stop); work is not stopped." }
        let content = try FileContents.read(path, limit: 1 << 20)
        let isGone: Bool
        do { isGone = try await view.writer.remove(view.layout.stop, having: ContentHash(of: content)) } catch is VaultError {
            // A full disk has no room for the journal of writes; this needs none.
            isGone = try await NoteWriter(root: view.root, journal: nil).remove(view.layout.stop, having: ContentHash(of: content))
        }
        guard isGone else {
            throw CommandError(.failed, "\(view.layout.stop) has just been changed.", remedy: "Look at it, then run the command again.")
        }
        return "\(view.layout.stop) is gone: work goes on." + word(view, served: "", unserved: " No service is running; start one with `ferry run`.")
    }

    /// Nothing where the vault has no id by which one could tell.
    private func word(_ view: VaultView, served: String, unserved: String) -> String {
        view.isServed ? served : view.folders == nil ? "" : unserved
    }
}
