"""What the architecture is: the tables that check-architecture compares the sources with. A change here is a change of design (docs/ARCHITECTURE.md)."""

# A target may depend on targets of lower layers only: never up, never sideways.
LAYERS = [
    {"FerryModel", "FerrySystem"},
    {"FerryVault", "FerryWatch", "FerryStore", "FerrySandbox", "FerryHTTP"},
    {"FerryGit", "FerryLLM"},
    {"FerryPipeline"},
    {"FerryService"},
    {"FerryCommands"},
    {"ferry"},
]

# Each outside thing has one importer among the targets of Sources.
SOLE_IMPORTERS = {
    "ArgumentParser": "FerryCommands",
    "AsyncHTTPClient": "FerryHTTP",
    "CCMark": "FerryVault",
    "CFerryLinux": "FerrySystem",
    "GRDB": "FerryStore",
    "NIO*": "FerryHTTP",
    "ServiceLifecycle": "FerryService",
    "Subprocess": "FerrySandbox",
    "Yams": "FerryVault",
}

# Modules that a target must do without. FerryModel has only the standard library; Foundation is heavy and FerryWatch needs none of it.
FORBIDDEN_IMPORTS = {
    "FerryModel": ["*"],
    "FerryWatch": ["Foundation*"],
}

# The programs that stand outside the layers and import no module of ours.
STANDALONE = {"CCMark", "CFerryLinux", "EmbedResources", "ferry-embed", "ferry-step"}

# Who may start a process: the sandbox, and the helper that it starts.
PROCESS_STARTERS = ["Sources/FerrySandbox/*", "Sources/ferry-step/*"]

# Who may run a program on the host, outside the sandbox: git, the doctor that looks whether tools are there, and the asking of systemd.
HOST_PROCESS_USERS = [
    "Sources/FerrySandbox/*", "Sources/FerryGit/*", "Sources/FerryCommands/Doctor*", "Sources/FerryService/Doctor*",
    # systemctl --user
    "Sources/FerryService/UserSystemd.swift",
]

# Who may name the git program: the choke point for host git, and the doctor that looks whether it is there.
GIT_USERS = ["Sources/FerryGit/*", "Sources/FerryCommands/Doctor*", "Sources/FerryService/Doctor*"]

# Who may change files, and which. Only FerryVault's writer changes what stands in a vault; a new writer needs a line here, with its reason.
FILE_WRITERS = {
    "Sources/FerrySystem/*": "the primitives themselves",
    "Sources/FerryVault/NoteWriter*.swift": "notes: byte splices under a lease",
    "Sources/FerryVault/WriteJournal.swift": "the journal of writes into notes, below the state folder",
    "Sources/FerryVault/VaultWriter*.swift": "new notes in Ferry's own folders, and the template",
    "Sources/FerrySandbox/*": "scratch folders and logs of commands, below the cache folder",
    "Sources/FerryGit/*": "worktrees and private git directories, below the cache folder",
    "Sources/FerryStore/*": "the database and its backups, below the state folder",
    "Sources/FerryPipeline/Agent/*": "full texts of cut tool results, and the agent's edits in its worktree",
    "Sources/FerryPipeline/Run/RepositoryCache.swift": "what preparations fetched, below the cache folder",
    "Sources/FerryPipeline/Run/RunWorkspace.swift": "the scratch folders of a run, below the cache folder",
    "Sources/FerryPipeline/Upkeep/Pruning.swift": "removes folders of old runs, below the state and cache folders",
    "Sources/FerryPipeline/Run/StateFolders.swift": "requests of `ferry go`, below the state folder",
    "Sources/FerryPipeline/Run/CleanExport.swift": "the clean exports that evidence runs in, below the cache folder",
    "Sources/FerryPipeline/Replay/ReplayWorkspace.swift": "the fresh files that a replay runs tools in, below the cache folder",
    "Sources/FerryService/HealthFile.swift": "how the service is, in the state folder",
    "Sources/FerryService/UnitFolder.swift": "the person's systemd units, for `ferry service`",
    "Sources/ferry-embed/*": "the generated source, at build time",
}

# Entries that the top of the repository may hold, beside dot files.
TOP_LEVEL = {"Benchmarks", "LICENSE", "Makefile", "Package.resolved", "Package.swift", "README.md", "Sources", "Tests", "docs", "vault-template"}

WARN_LINES = 400
MAX_LINES = 500
