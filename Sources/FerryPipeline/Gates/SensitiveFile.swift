internal import FerryModel

/// A file that configures tools of whoever checks the change out, builds it or lets an agent loose on it.
/// Source: the public advisories on files that run code when a folder is opened, entered or built (CVE-2025-59536, CVE-2026-21852,
/// CVE-2025-61260, CVE-2025-54135, CVE-2026-25725), and the deny lists that agents' own sandboxes ship.
package enum SensitiveFile: String, Hashable, Sendable, Codable, CaseIterable {
    /// Instructions, hooks, permissions and servers of coding agents.
    case agentSettings
    /// Tasks, launch files and settings of editors.
    case editorSettings
    /// What a shell, a package manager or a version manager reads on entering the folder.
    case folderSettings
    /// Hooks, attributes and submodules.
    case git
    /// Workflows that run with the repository's secrets.
    case continuousIntegration
    /// What building or testing runs.
    case build

    /// What happens to whom, for a finding's message.
    package var effect: String {
        switch self {
        case .agentSettings: "coding agents that work in this folder follow it"
        case .editorSettings: "an editor may run it when the folder is opened"
        case .folderSettings: "a shell or package manager may read it on entering the folder"
        case .git: "git follows it in every clone"
        case .continuousIntegration: "it runs on the build servers, with their secrets"
        case .build: "building or testing runs it"
        }
    }

    /// Code that runs for somebody who did no more than open, clone or push.
    package var runsUnasked: Bool { self != .build }

    /// Which kind the path is of; `nil` for an ordinary file. Capital letters make no difference: some file systems ignore them.
    package static func kind(of path: String) -> SensitiveFile? {
        let path = path.lowercased()
        return allCases.first { kind in patterns[kind]?.contains { $0.matches(path) } ?? false }
    }

    private static let patterns: [SensitiveFile: [PathPattern]] = names.mapValues { $0.compactMap { PathPattern("**/" + $0) } }

    private static let names: [SensitiveFile: [String]] = [
        .agentSettings: [
            ".claude", "claude.md", "claude.local.md", "agents.md", "agents.override.md", ".agents", ".mcp.json", "mcp.json", ".codex", ".cursor",
            ".cursorrules", ".cursorignore", ".windsurf", ".windsurfrules", ".clinerules", ".roo", ".gemini", "gemini.md", ".aider*", ".continue",
            ".goose*", ".opencode", "opencode.json", ".github/copilot-instructions.md", ".github/instructions", ".github/prompts", ".junie",
            ".kiro", ".amazonq",
        ],
        .editorSettings: [
            ".vscode", "*.code-workspace", ".idea", ".zed", ".fleet", ".vs", ".exrc", ".nvimrc", ".nvim.lua", ".vimrc", ".dir-locals.el",
            ".devcontainer", ".devcontainer.json", ".sourcekit-lsp", ".swiftpm/xcode", "*.xcworkspace", "*.sublime-project", ".theia",
        ],
        .folderSettings: [
            ".envrc", ".env", ".env.*", ".gdbinit", ".lldbinit", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", ".pypirc", "pip.conf", ".cargo",
            ".bundle", ".tool-versions",
            ".mise.toml", "mise.toml", ".mise", ".rtx.toml", ".python-version", ".node-version", ".nvmrc", ".ruby-version", ".swift-version",
            "rust-toolchain", "rust-toolchain.toml", ".bashrc", ".bash_profile", ".profile", ".zshrc", ".zprofile", ".ripgreprc", "*.pth",
            "sitecustomize.py", "usercustomize.py", "bunfig.toml",
        ],
        .git: [
            ".gitattributes", ".gitmodules", ".gitconfig", ".lfsconfig", ".husky", ".githooks", "lefthook.yml", "lefthook.yaml", ".lefthook",
            ".pre-commit-config.yaml", ".pre-commit-hooks.yaml", ".overcommit.yml", "lint-staged.config.*", ".lintstagedrc*",
        ],
        .continuousIntegration: [
            ".github/workflows", ".github/actions", "action.yml", "action.yaml", ".github/dependabot.yml", "codeowners", ".gitlab-ci.yml",
            ".gitlab", ".circleci", ".gitea", ".forgejo", ".woodpecker", ".woodpecker.yml", ".drone.yml", ".travis.yml", "azure-pipelines.yml",
            "appveyor.yml", "bitbucket-pipelines.yml", "jenkinsfile", ".buildkite", ".ci", "cloudbuild.yaml", "renovate.json",
        ],
        .build: [
            "makefile", "gnumakefile", "*.mk", "cmakelists.txt", "*.cmake", "meson.build", "configure", "configure.ac", "build.bazel", "workspace",
            "justfile", "taskfile.yml", "rakefile", "gemfile", "*.gemspec", "package.json", "setup.py", "setup.cfg", "pyproject.toml", "tox.ini",
            "noxfile.py", "pytest.ini", ".pytest.ini", "conftest.py", "package.swift", "build.rs", "cargo.toml", "go.mod", "go.work", "build.gradle*",
            "settings.gradle*", "gradle.properties", "gradle", "gradlew*", "pom.xml", ".mvn", "mvnw*", "build.xml", "*.csproj", "*.props",
            "*.targets", "dockerfile", "dockerfile.*", "containerfile", "docker-compose*.y*ml", "compose.y*ml", "vite.config.*",
            "vitest.config.*", "jest.config.*", "babel.config.*", ".babelrc*", "webpack.config.*", "rollup.config.*", ".eslintrc*",
            "eslint.config.*", ".mocharc*", "karma.conf.*", "playwright.config.*",
        ],
    ]
}
