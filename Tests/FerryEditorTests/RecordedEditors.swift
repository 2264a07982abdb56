/// Save sequences of programs that cannot be driven here. Each was recorded with inotify or strace, or read in the program's source or tracker;
/// the reference is the table in docs/vault.md. `%` is the note's name.
extension RecordedEditor {
    static let table: [RecordedEditor] = [
        // VS Code: "truncate the file to 0 bytes, then write" (vscode #98063).
        RecordedEditor(name: "vscode", save: [.truncate(.note), .wait(2), .write(.all), .close]),
        // The same through a handle for reading and writing, cut at the end.
        RecordedEditor(name: "vscode-in-place", save: [.openInPlace(.note), .write(.all), .cut, .sync, .close]),
        // Obsidian: fs.writeFile, in chunks.
        RecordedEditor(name: "obsidian", save: [.truncate(.note), .write(.firstHalf), .wait(1), .write(.secondHalf), .close]),
        // A slow disk or a network share: half a note for a while.
        RecordedEditor(
            name: "slow-writer", save: [.truncate(.note), .wait(40), .write(.firstHalf), .wait(120), .write(.secondHalf), .wait(40), .close]),
        // GIO (gedit, xed, mousepad).
        RecordedEditor(
            name: "gio", save: [.create(".goutputstream-X1Y2Z3"), .write(.all), .sync, .close, .move(".goutputstream-X1Y2Z3", .note)]),
        // Qt's QSaveFile (Kate, QOwnNotes): no name at first, and open until after the rename.
        RecordedEditor(
            name: "qsavefile", save: [.openUnnamed, .write(.all), .link("%.aBcDeF"), .move("%.aBcDeF", .note), .close]),
        RecordedEditor(
            name: "kate", save: [.openUnnamed, .write(.all), .link("%.aBcDeF"), .move("%.aBcDeF", .note), .close], whileOpen: ".%.kate-swp"),
        // JetBrains' "safe write".
        RecordedEditor(
            name: "jetbrains",
            save: [
                .create("%___jb_tmp___"), .write(.all), .sync, .close, .move(.note, "%___jb_old___"), .wait(1), .move("%___jb_tmp___", .note),
                .remove("%___jb_old___"),
            ]),
        // vim and neovim with other settings than the driven one, and jed, which keeps its backup.
        RecordedEditor(
            name: "neovim",
            save: [
                .create("4913"), .close, .remove("4913"), .move(.note, "%~"), .create(.note), .write(.all), .sync, .close, .touch, .remove("%~"),
            ]),
        RecordedEditor(name: "jed", save: [.move(.note, "%~"), .wait(3), .create(.note), .write(.all), .close]),
        // joe, mg.
        RecordedEditor(name: "joe", save: [.copy(.note, "%~"), .openInPlace(.note), .write(.all), .cut, .close], whileOpen: ".#%"),
        // emacs with file-precious-flag.
        RecordedEditor(name: "emacs-precious", save: [.create("tmpA1b2C3"), .write(.all), .sync, .close, .move("tmpA1b2C3", .note)]),
        // git checkout, tar x, unzip -o.
        RecordedEditor(name: "unlink-create", save: [.remove(.note), .wait(16), .truncate(.note), .write(.all), .close]),
        // Syncthing, remote edit.
        RecordedEditor(
            name: "syncthing",
            save: [.create(".syncthing.%.tmp"), .write(.all), .sync, .close, .remove(.note), .wait(5), .move(".syncthing.%.tmp", .note), .touch]),
        RecordedEditor(
            name: "unison",
            save: [.create(".unison.%.0a1b2c.unison.tmp"), .write(.all), .close, .move(".unison.%.0a1b2c.unison.tmp", .note), .touch]),
        // Nextcloud and Dropbox: loaded beside, then put into place.
        RecordedEditor(
            name: "nextcloud", save: [.create(".%.~5f6a7b"), .write(.firstHalf), .wait(30), .write(.secondHalf), .close, .move(".%.~5f6a7b", .note)]),
        RecordedEditor(name: "onedrive", save: [.create("%.partial"), .write(.all), .close, .remove(.note), .wait(80), .move("%.partial", .note)]),
        // iCloud: a placeholder while the new version is loaded.
        RecordedEditor(
            name: "icloud",
            save: [.create(".%.icloud"), .close, .remove(.note), .wait(200), .truncate(.note), .write(.all), .close, .remove(".%.icloud")]),
    ]
}
