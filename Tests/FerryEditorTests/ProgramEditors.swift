internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage

/// vim in a terminal. It leaves its backups out below `/tmp`; switched on here, as they are everywhere else.
struct VimEditor: Editor {
    let name: String
    /// Arguments and settings beside the usual ones.
    var options: [String] = []
    let hasBuffer = true

    func open(_ path: FilePath, in scene: EditorScene) async throws -> any Editing {
        let mark = try Mark(in: scene)
        let arguments = ["vim", "--clean", "--cmd", "set backupskip= shortmess+=A"] + options
        let terminal = try Terminal(
            arguments + ["-c", "autocmd BufWritePost * call writefile(['x'], '\(mark.path)', 'a')", "-c", mark.told, path.string],
            in: path.removingLastComponent(), home: scene.desk)
        let session = Session(terminal: terminal, mark: mark, path: path)
        try await mark.reach(1, terminal)
        return session
    }

    private struct Session: Editing {
        let terminal: Terminal
        let mark: Mark
        let path: FilePath

        func insert(_ text: String) async throws {
            let words = text.split(separator: "\n", omittingEmptySubsequences: false).map { "'\($0)'" }
            let lines = (text.hasSuffix("\n") ? words.dropLast() : words[...]).joined(separator: ", ")
            try await command(
                "if line('$') == 1 && getline(1) == '' | call setline(1, [\(lines)]) | else | call append(search('^# ', 'w'), [\(lines)]) | endif")
        }

        func save() async throws {
            let count = try mark.count
            let doubted = Self.doubts(terminal)
            try terminal.type(":w!\r")
            // It was changed since it was read; whoever forces it says yes.
            _ = try await eventually { try mark.count > count || Self.doubts(terminal) > doubted }
            if try mark.count == count { try terminal.type("y\r") }
            try await mark.reach(count + 1, terminal)
        }

        private static func doubts(_ terminal: Terminal) -> Int { terminal.shown.ranges(of: "really want to write").count }

        func close() async throws {
            try terminal.type(":q!\r")
            guard await terminal.end() != nil else { throw SceneError(what: "vim does not end: \(terminal.shown)") }
        }

        private func command(_ line: String) async throws {
            let count = try mark.count
            try terminal.type(":\(line)\r:\(mark.told)\r")
            try await mark.reach(count + 1, terminal)
        }
    }
}

/// A file to which a program adds a line whenever it has done what it was told.
struct Mark: Sendable {
    let path: FilePath

    init(in scene: EditorScene) throws { path = scene.desk.appending("mark-\(UInt32.random(in: .min ... .max))") }

    /// A command of vim's that adds the line.
    var told: String { "call writefile(['x'], '\(path)', 'a')" }

    var count: Int { get throws { try FileStatus.ifPresent(path) == nil ? 0 : FileContents.read(path).count { $0 == 0x0A } } }

    func reach(_ wanted: Int, _ terminal: Terminal) async throws {
        guard try await eventually(within: .seconds(20), { try count >= wanted }) else {
            throw SceneError(what: "the program does not do what it was told: \(terminal.shown.suffix(2000).debugDescription)")
        }
    }
}

/// emacs in a terminal. It makes no backups below the folder for temporary files; here it does, as everywhere else.
struct EmacsEditor: Editor {
    let name: String
    /// Settings beside the usual ones.
    var options = ""
    let hasBuffer = true

    func open(_ path: FilePath, in scene: EditorScene) async throws -> any Editing {
        let mark = try Mark(in: scene)
        // Whoever forces a stale buffer over a changed file has answered these questions with yes.
        let setup = """
            (progn (load "userlock" t t) (setq backup-enable-predicate (lambda (_) t) inhibit-startup-screen t \(options))
              (defun ask-user-about-supersession-threat (&rest _) nil) (defun ask-user-about-lock (&rest _) t)
              (fset 'yes-or-no-p (lambda (&rest _) t)) (fset 'y-or-n-p (lambda (&rest _) t))
              (defun told () (write-region "x\\n" nil "\(mark.path)" t 0)) (add-hook 'after-save-hook 'told)
              (defun set-down (text) (goto-char (point-min)) (if (= (buffer-size) 0) (insert text)
                (re-search-forward "^# ") (forward-line 1) (insert text)) (told)))
            """
        let terminal = try Terminal(
            ["emacs", "-nw", "-Q", "--eval", setup, path.string, "--eval", "(told)"], in: path.removingLastComponent(), home: scene.desk)
        try await mark.reach(1, terminal)
        return Session(terminal: terminal, mark: mark)
    }

    private struct Session: Editing {
        let terminal: Terminal
        let mark: Mark

        func insert(_ text: String) async throws {
            let text = (text.hasSuffix("\n") ? text : text + "\n").replacing("\n", with: "\\n")
            let count = try mark.count
            try terminal.type("\u{1B}:(set-down \"\(text)\")\r")
            try await mark.reach(count + 1, terminal)
        }

        func save() async throws {
            let count = try mark.count
            try terminal.type("\u{18}\u{13}")
            try await mark.reach(count + 1, terminal)
        }

        func close() async throws {
            try terminal.type("\u{1B}:(kill-emacs)\r")
            guard await terminal.end() != nil else { throw SceneError(what: "emacs does not end: \(terminal.shown)") }
        }
    }
}

/// nano in a terminal: writes in place.
struct NanoEditor: Editor {
    let name: String
    var options: [String] = []
    let hasBuffer = true

    func open(_ path: FilePath, in scene: EditorScene) async throws -> any Editing {
        let file = path.lastComponent?.string ?? ""
        let terminal = try Terminal(["nano", "-I"] + options + [file], in: path.removingLastComponent(), home: scene.desk)
        let isNew = try FileStatus.ifPresent(path) == nil
        try await Session.shows("GNU nano", terminal)
        return Session(terminal: terminal, file: path, isNew: isNew)
    }

    private struct Session: Editing {
        let terminal: Terminal
        let file: FilePath
        let isNew: Bool

        static func shows(_ text: String, _ terminal: Terminal, times: Int = 1) async throws {
            guard await eventually(within: .seconds(20), { count(text, terminal) >= times }) else {
                throw SceneError(what: "nano does not show `\(text)`: \(terminal.shown.suffix(3000).debugDescription)")
            }
        }

        private static func count(_ text: String, _ terminal: Terminal) -> Int { terminal.shown.ranges(of: text).count }

        func insert(_ text: String) async throws {
            if isNew, Self.count("Wrote ", terminal) == 0 {
                for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() { try terminal.type(line + "\r") }
            } else {
                // To the first line, to the heading, to its end.
                try terminal.type("\u{1B}\\\u{17}# \(file.stem ?? "")\r\u{05}\r\(text)")
            }
        }

        func save() async throws {
            let written = Self.count("Wrote ", terminal)
            let asked = Self.count("File Name to Write", terminal)
            let doubted = Self.count("continue saving", terminal)
            try terminal.type("\u{0F}")
            try await Self.shows("File Name to Write", terminal, times: asked + 1)
            try terminal.type("\r")
            _ = await eventually(within: .seconds(20)) {
                Self.count("Wrote ", terminal) > written || Self.count("continue saving", terminal) > doubted
            }
            // It was modified since it was opened; whoever forces it says yes.
            if Self.count("Wrote ", terminal) == written { try terminal.type("y") }
            try await Self.shows("Wrote ", terminal, times: written + 1)
        }

        func close() async throws {
            try terminal.type("\u{18}n")
            guard await terminal.end() != nil else { throw SceneError(what: "nano does not end: \(terminal.shown.suffix(500).debugDescription)") }
        }
    }
}
