internal import FerrySystem
internal import SystemPackage

/// A command that puts a new text in a note's place. `$new` is a file with the text outside of the vault, `$note` the note, `$dir` its folder, `$name` its name,
/// `$line` what is put in below the heading.
struct ShellEditor: Editor {
    let name: String
    let script: String
    /// It changes what stands there; else it brings a text that was read earlier.
    var hasBuffer = true
    /// It cannot make a note.
    var isOnlyForOld: Bool { !hasBuffer }

    func open(_ path: FilePath, in scene: EditorScene) async throws -> any Editing {
        Session(editor: self, path: path, scene: scene, buffer: try Buffer(path))
    }

    // One person uses it: its calls come one after the other.
    private final class Session: Editing, @unchecked Sendable {
        private let editor: ShellEditor
        private let path: FilePath
        private let scene: EditorScene
        private var buffer: Buffer
        private var lines: [String] = []

        init(editor: ShellEditor, path: FilePath, scene: EditorScene, buffer: Buffer) {
            self.editor = editor
            self.path = path
            self.scene = scene
            self.buffer = buffer
        }

        func insert(_ text: String) {
            buffer.insert(text)
            lines.append(text)
        }

        func save() async throws {
            let folder = scene.desk.appending("new-\(UInt32.random(in: .min ... .max))")
            let name = path.lastComponent?.string ?? ""
            try Directory.create(folder)
            try FileContents.write(buffer.bytes, to: folder.appending(name), mode: 0o644)
            var scripts = [editor.script]
            if !editor.hasBuffer { scripts = lines.map { "line='\($0)'\n" + editor.script } }
            lines = []
            for script in scripts {
                try await scene.shell(
                    script,
                    [
                        "new": folder.appending(name).string, "from": folder.string, "note": path.string, "name": name,
                        "dir": path.removingLastComponent().string,
                    ], in: folder)
            }
        }

        func close() {}
    }

    static let table: [ShellEditor] = [
        ShellEditor(name: "cp", script: #"cp "$new" "$note""#),
        ShellEditor(name: "tee", script: #"tee "$note" < "$new" > /dev/null"#),
        ShellEditor(name: "mv", script: #"mv "$new" "$note""#),
        ShellEditor(name: "install", script: #"install -m 644 "$new" "$note""#),
        ShellEditor(name: "sed", script: #"sed -i "/^# /a $line" "$note""#, hasBuffer: false),
        ShellEditor(
            name: "perl", script: #"perl -i -pe 'BEGIN { $l = shift } print "$l\n" if $after; $after = /^# /' "$line" "$note""#, hasBuffer: false),
        ShellEditor(name: "rsync", script: #"rsync "$new" "$note""#),
        // As a copy brings it back: with an older time.
        ShellEditor(name: "rsync-old", script: #"touch -d 2001-02-03 "$new"; rsync -a "$from/" "$dir/""#),
        ShellEditor(name: "rsync-in-place", script: #"rsync --inplace "$new" "$note""#),
        ShellEditor(name: "rsync-delayed", script: #"rsync -a --delay-updates "$from/" "$dir/""#),
        ShellEditor(name: "tar", script: #"tar -C "$from" -cf - "$name" | tar -C "$dir" -xf -"#),
        ShellEditor(name: "unzip", script: #"/usr/bin/python3 -m zipfile -c note.zip "$name"; unzip -qo note.zip -d "$dir""#),
    ]
}
