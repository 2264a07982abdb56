internal import FerrySystem
internal import SystemPackage

/// Finds the smallest folders that make programs work where neither `PATH` nor the home of this user exists.
struct ToolchainSearch {
    private(set) var found: [ToolchainFolder] = []
    private(set) var remarks: [String] = []

    let repository: FilePath
    let environment: [String: String]
    let home: FilePath
    /// The root of the Python that tests run with; `nil` before it was found.
    private var python: FilePath?

    init(repository: FilePath, environment: [String: String]) {
        self.repository = repository
        self.environment = environment
        home = FilePath(environment["HOME"] ?? "/")
    }

    /// Looks for one program; what is under `/usr` needs no folder.
    mutating func find(_ name: String) {
        let local = [".venv/bin", "venv/bin"].compactMap { ProgramPath(repository.appending($0).appending(name)) }
        if name == "python3", let local = local.first { return take(local, name, "the repository's virtual environment") }
        guard let program = ProgramPath.find(name, on: environment["PATH"] ?? "") else {
            return remark("`\(name)` is not on PATH. Install it, or name its folder under `toolchains` in the repository note.")
        }
        take(program, name, nil)
    }

    /// Says where pytest is missing; a user's own site-packages do not count, since the home is not there in the sandbox.
    mutating func checkForPytest() {
        guard let python else { return }
        let isSystem = Self.isSystem(python)
        let roots = isSystem ? [FilePath("/usr"), FilePath("/usr/local")] : [python]
        let hasPytest = roots.contains { root in
            let libraries = (try? Directory.entries(of: root.appending("lib")))?.map(\.name.string).filter { $0.hasPrefix("python3") } ?? []
            return libraries.contains { library in
                ["site-packages/pytest", "dist-packages/pytest"].contains { (try? FileStatus(of: root.appending("lib/\(library)/\($0)"))) != nil }
            }
        }
        if hasPytest { return }
        let remedy =
            isSystem
            ? "install it for the system (Debian: `apt-get install python3-pytest`)" : "`\(python.appending("bin/python3")) -m pip install pytest`"
        remark("pytest is not installed for the Python in \(python): \(remedy).")
    }

    // MARK: - From a program to a folder

    private mutating func take(_ program: ProgramPath, _ name: String, _ reason: String?) {
        switch (program.trueName, program.folder.lastComponent?.string) {
        case ("rustup", _): takeManaged(name, RustupToolchains(repository: repository, environment: environment, home: home).folder)
        case ("swiftly", _): takeManaged(name, SwiftlyToolchains(repository: repository, environment: environment, home: home).folder)
        case ("snap", _), ("volta-shim", _), ("asdf", _), ("mise", _):
            remark("`\(name)` is started by \(program.trueName) (\(program.path)). Name the folder of the program itself under `toolchains`.")
        case (_, "shims"): takeShim(program, name)
        default: takePlain(program, name, reason)
        }
    }

    private mutating func takeManaged(_ name: String, _ answer: Result<ToolchainFolder, ToolchainFault>) {
        switch answer {
        case .success(let folder): add(folder.path, "`\(name)` is \(folder.reason)")
        case .failure(let fault): remark("`\(name)`: \(fault.message)")
        }
    }

    private mutating func takeShim(_ shim: ProgramPath, _ name: String) {
        let pyenv = PyenvVersions(root: shim.folder.removingLastComponent(), repository: repository, environment: environment)
        switch pyenv.folder(of: name) {
        case nil: remark("`\(name)` is a shim (\(shim.path)). Name the folder of the program itself under `toolchains`.")
        case .success(.some(let folder)):
            add(folder.path, "`\(name)` is \(folder.reason)")
            if name == "python3" { python = folder.path }
        case .success(nil):
            // pyenv's `system` means whatever comes next on PATH.
            let next = ProgramPath.find(name, on: environment["PATH"] ?? "", except: shim.folder)
            if let next { take(next, name, nil) } else { remark("`\(name)`: pyenv says `system`, and no other is on PATH.") }
        case .failure(let fault): remark("`\(name)`: \(fault.message)")
        }
    }

    private mutating func takePlain(_ program: ProgramPath, _ name: String, _ reason: String?) {
        let near = ProgramPath.root(of: program.path)
        let far = ProgramPath.root(of: program.resolved)
        if name == "python3" { python = Self.isSystem(near) ? "/usr" : near }
        let environmentFile = near.appending("pyvenv.cfg")
        if let settings = try? FileContents.read(environmentFile, limit: 1 << 16) {
            add(near, reason.map { "`\(name)` is in \($0)" } ?? "`\(name)` is in a virtual environment")
            takeBase(of: settings.text, name)
        } else if program.resolved.starts(with: "/nix/store") {
            add("/nix/store", "`\(name)` is from Nix, whose programs need each other")
        } else if Self.isSystem(program.resolved) {
            // A link from elsewhere to the system's own program: the sandbox's PATH finds that one.
        } else if program.resolved.starts(with: near), refusal(of: near) == nil {
            add(near, "`\(name)` is there")
        } else if refusal(of: far) != nil {
            // Loose in a folder of programs, such as ~/.local/bin: what is above it is not to be shared.
            add(program.resolved.removingLastComponent(), "`\(name)` is there")
        } else {
            add(far, "`\(name)` is there")
            if ProgramPath(far.appending("bin").appending(name)) == nil, program.folder != far { add(program.folder, "`\(name)` is named there") }
        }
    }

    /// A virtual environment holds links to the Python that made it: `home = …/bin`.
    private mutating func takeBase(of settings: String, _ name: String) {
        let line = settings.split(separator: "\n").first { $0.hasPrefix("home") && $0.contains("=") }
        guard let folder = line?.split(separator: "=").last.map({ FilePath(String($0.withoutIndent)) }), folder.isAbsolute, !Self.isSystem(folder)
        else { return }
        add(ProgramPath.root(of: folder.appending(name)), "`\(name)` of the virtual environment comes from there")
    }

    // MARK: - Results

    private mutating func add(_ folder: FilePath, _ reason: String) {
        guard !Self.isSystem(folder), !found.contains(where: { folder.starts(with: $0.path) }) else { return }
        if let refusal = refusal(of: folder) {
            return remark(
                "\(folder) cannot be a toolchain (\(reason)): \(refusal). Install the program elsewhere, or link a folder of its own to it.")
        }
        found.append(ToolchainFolder(path: folder, reason: reason))
    }

    private mutating func remark(_ text: String) { if !remarks.contains(text) { remarks.append(text) } }

    private func refusal(of folder: FilePath) -> String? {
        let resolved = ProgramPath.resolve(folder) ?? folder
        if home.starts(with: folder) || home.starts(with: resolved) { return "it is a home folder, or holds yours" }
        let wholes: Set<FilePath> = ["/home", "/mnt", "/nix", "/opt", "/srv", "/tmp", "/var", home.appending(".local"), home.appending(".config")]
        return wholes.contains(folder) || wholes.contains(resolved) ? "it holds far more than a toolchain" : nil
    }

    /// What the sandbox shows anyway.
    private static func isSystem(_ path: FilePath) -> Bool {
        ["/usr", "/bin", "/sbin", "/lib", "/lib64"].contains { path.starts(with: FilePath($0)) }
    }
}

/// Why a version manager's toolchain could not be found.
struct ToolchainFault: Error, Hashable, Sendable {
    let message: String
}
