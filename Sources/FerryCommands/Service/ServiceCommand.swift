internal import ArgumentParser

/// `ferry service`
struct ServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Have the system keep `ferry run` going for a vault.",
        discussion: "One systemd user unit for each vault. Without systemd, `install` says what to run instead.",
        subcommands: [ServiceInstallCommand.self, ServiceUninstallCommand.self, ServiceStatusCommand.self])
}
