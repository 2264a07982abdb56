internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

func symbolicLink(at path: FilePath, to target: String) throws {
    guard symlink(target, path.string) == 0 else { throw Errno(rawValue: errno) }
}

/// Version managers as they lie in a home, made of empty programs.
@Suite(.timeLimit(.minutes(1))) struct ToolchainSearchTests {
    /// A home with these files; those under a folder of programs can be run. Links are `path → target`.
    private func withHome(
        _ files: [String: String], links: [String: String] = [:], _ body: (FilePath) throws -> Void
    ) async throws {
        try await withScratch(files) { scratch in
            let root = try #require(ProgramPath.resolve(scratch))
            for path in files.keys where ["/bin/", "/shims/", "/libexec/"].contains(where: path.contains) {
                guard chmod(root.appending(path).string, 0o755) == 0 else { throw Errno(rawValue: errno) }
            }
            for (path, target) in links { try symbolicLink(at: root.appending(path), to: target) }
            try body(root)
        }
    }

    /// Paths relative to the home, then what else was said.
    private func search(
        _ programs: String..., home root: FilePath, path: [String], repository: String = "repo", environment: [String: String] = [:]
    ) -> (folders: [String], remarks: [String]) {
        var environment = environment
        environment["HOME"] = root.appending("home").string
        environment["PATH"] = path.map { $0.hasPrefix("/") ? $0 : root.appending($0).string }.joined(separator: ":")
        var search = ToolchainSearch(repository: root.appending(repository), environment: environment)
        for program in programs { search.find(program) }
        return (
            search.found.map { $0.path.string.replacing(root.string + "/", with: "") },
            search.remarks.map { $0.replacing(root.string + "/", with: "") }
        )
    }

    private static let pyenv = [
        "home/.pyenv/libexec/pyenv": "", "home/.pyenv/shims/python3": "#!/bin/sh\n", "home/.pyenv/version": "3.11.7\n",
        "home/.pyenv/versions/3.11.7/bin/python3": "", "home/.pyenv/versions/3.12.1/bin/python3": "", "home/.pyenv/versions/3.12.10/bin/python3": "",
    ]

    @Test func `a shim of pyenv leads to the version in use`() async throws {
        try await withHome(Self.pyenv) { root in
            let found = search("python3", home: root, path: ["home/.pyenv/shims"])
            #expect(found.folders == ["home/.pyenv/versions/3.11.7"])
            #expect(found.remarks.isEmpty)
        }
    }

    @Test func `the repository's version and the environment's go before pyenv's own`() async throws {
        try await withHome(Self.pyenv.merging(["repo/.python-version": "3.12\n"]) { $1 }) { root in
            #expect(search("python3", home: root, path: ["home/.pyenv/shims"]).folders == ["home/.pyenv/versions/3.12.10"])
            let chosen = search("python3", home: root, path: ["home/.pyenv/shims"], environment: ["PYENV_VERSION": "3.12.1"])
            #expect(chosen.folders == ["home/.pyenv/versions/3.12.1"])
        }
    }

    @Test func `pyenv's system version means the next one on the path`() async throws {
        try await withHome(Self.pyenv) { root in
            let found = search("python3", home: root, path: ["home/.pyenv/shims", "/usr/bin"], environment: ["PYENV_VERSION": "system"])
            #expect(found.folders.isEmpty)
            #expect(found.remarks.isEmpty)
        }
    }

    @Test func `a version that pyenv does not have is said`() async throws {
        try await withHome(Self.pyenv.merging(["repo/.python-version": "3.9.1\n../../..\n"]) { $1 }) { root in
            let found = search("python3", home: root, path: ["home/.pyenv/shims"])
            #expect(found.folders.isEmpty)
            #expect(
                found.remarks == [
                    "`python3`: pyenv has no 3.9.1 with it (the repository's .python-version). Install that version: `pyenv install 3.9.1`."
                ])
        }
    }

    @Test func `rustup's proxies lead to the toolchain in use`() async throws {
        let files = [
            "home/.cargo/bin/rustup": "", "home/.rustup/settings.toml": "default_toolchain = \"stable-x86_64-unknown-linux-gnu\"\n",
            "home/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/bin/cargo": "",
            "home/.rustup/toolchains/1.80-x86_64-unknown-linux-gnu/bin/cargo": "",
            "pinned/rust-toolchain.toml": "[toolchain]\nchannel = \"1.80\"\n", "wild/rust-toolchain": "../../x\n",
        ]
        try await withHome(files, links: ["home/.cargo/bin/cargo": "rustup", "home/.cargo/bin/rustc": "rustup"]) { root in
            let stable = ["home/.rustup/toolchains/stable-x86_64-unknown-linux-gnu"]
            #expect(search("cargo", "rustc", home: root, path: ["home/.cargo/bin"]).folders == stable)
            let pinned = search("cargo", home: root, path: ["home/.cargo/bin"], repository: "pinned")
            #expect(pinned.folders == ["home/.rustup/toolchains/1.80-x86_64-unknown-linux-gnu"])
            #expect(search("cargo", home: root, path: ["home/.cargo/bin"], repository: "wild").folders == stable)
            let missing = search("cargo", home: root, path: ["home/.cargo/bin"], environment: ["RUSTUP_TOOLCHAIN": "nightly"])
            #expect(
                missing.remarks == ["`cargo`: rustup has no toolchain nightly (RUSTUP_TOOLCHAIN). Install it: `rustup toolchain install nightly`."])
        }
    }

    @Test func `node of nvm and its npm are in one folder`() async throws {
        let version = "home/.nvm/versions/node/v20.1.0"
        let files = ["\(version)/bin/node": "", "\(version)/lib/node_modules/npm/bin/npm-cli.js": ""]
        try await withHome(files, links: ["\(version)/bin/npm": "../lib/node_modules/npm/bin/npm-cli.js"]) { root in
            #expect(search("npm", "node", home: root, path: ["\(version)/bin"]).folders == [version])
        }
    }

    @Test func `swiftly's proxies lead to the toolchain in use`() async throws {
        let files = [
            "home/.local/share/swiftly/bin/swiftly": "", "home/.local/share/swiftly/config.json": #"{"inUse": "6.2.1", "installedToolchains": []}"#,
            "home/.local/share/swiftly/toolchains/6.2.1/usr/bin/swift": "", "home/.local/share/swiftly/toolchains/6.3.0/usr/bin/swift": "",
            "pinned/.swift-version": "6.3\n",
        ]
        let path = ["home/.local/share/swiftly/bin"]
        try await withHome(files, links: ["home/.local/share/swiftly/bin/swift": "swiftly"]) { root in
            #expect(search("swift", home: root, path: path).folders == ["home/.local/share/swiftly/toolchains/6.2.1/usr"])
            #expect(search("swift", home: root, path: path, repository: "pinned").folders == ["home/.local/share/swiftly/toolchains/6.3.0/usr"])
        }
    }

    @Test func `a link in a home's own folder of programs leads to the toolchain`() async throws {
        let files = ["tools/swift-6/usr/bin/swift": "", "home/.local/bin/other": ""]
        try await withHome(files, links: ["home/.local/bin/swift": "../../../tools/swift-6/usr/bin/swift"]) { root in
            #expect(search("swift", home: root, path: ["home/.local/bin"]).folders == ["tools/swift-6/usr"])
        }
    }

    @Test func `a program that lies loose in a home's folder gives that folder and never the home`() async throws {
        try await withHome(["home/.local/bin/go": "", "home/bin/make": ""]) { root in
            #expect(search("go", home: root, path: ["home/.local/bin"]).folders == ["home/.local/bin"])
            #expect(search("make", home: root, path: ["home/bin"]).folders == ["home/bin"])
        }
    }

    @Test func `the repository's virtual environment comes with the Python that made it`() async throws {
        let files = Self.pyenv.merging(["repo/.venv/pyvenv.cfg": "", "repo/.venv/lib/x": "", "repo/.venv/bin/pip": ""]) { $1 }
        try await withHome(files, links: ["repo/.venv/bin/python3": "../../../home/.pyenv/versions/3.11.7/bin/python3"]) { root in
            try write(["repo/.venv/pyvenv.cfg": "home = \(root)/home/.pyenv/versions/3.11.7/bin\nversion = 3.11.7\n"], below: root)
            #expect(search("python3", home: root, path: ["/usr/bin"]).folders == ["repo/.venv", "home/.pyenv/versions/3.11.7"])
        }
    }

    @Test func `a program under usr needs no folder, one that is missing is said`() async throws {
        try await withHome(["home/x": ""]) { root in
            #expect(search("sh", home: root, path: ["/usr/bin", "/bin"]).folders.isEmpty)
            let missing = search("no-such-program", home: root, path: ["/usr/bin"])
            #expect(
                missing.remarks == ["`no-such-program` is not on PATH. Install it, or name its folder under `toolchains` in the repository note."])
        }
    }

    @Test func `a shim of a manager that is not known is said`() async throws {
        try await withHome(["home/.asdf/shims/node": "#!/bin/sh\n"]) { root in
            let found = search("node", home: root, path: ["home/.asdf/shims"])
            #expect(found.folders.isEmpty)
            #expect(found.remarks == ["`node` is a shim (home/.asdf/shims/node). Name the folder of the program itself under `toolchains`."])
        }
    }

    @Test func `a Python without pytest is said, with the command that mends it`() async throws {
        let files = Self.pyenv.merging(["repo/pytest.ini": "", "home/.pyenv/versions/3.12.1/lib/python3.12/site-packages/pytest/__init__.py": ""]) {
            $1
        }
        try await withHome(files) { root in
            var environment = ["HOME": root.appending("home").string, "PATH": root.appending("home/.pyenv/shims").string]
            let without = RepositoryProbe(folder: root.appending("repo"), environment: environment)
            let python = root.appending("home/.pyenv/versions/3.11.7")
            #expect(without.toolchains.map(\.path) == [python])
            #expect(without.remarks == ["pytest is not installed for the Python in \(python): `\(python)/bin/python3 -m pip install pytest`."])
            environment["PYENV_VERSION"] = "3.12.1"
            #expect(RepositoryProbe(folder: root.appending("repo"), environment: environment).remarks.isEmpty)
        }
    }
}
