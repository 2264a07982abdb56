internal import ArgumentParser
internal import FerryService

/// The command `ferry`: what it can do, and nothing of how.
struct FerryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ferry",
        abstract: "Carries feature requests from a Markdown vault to merged code.",
        discussion: """
            Every command finds the vault by --vault, by FERRY_VAULT, or around the current folder. Commands edit the vault or read what the service \
            has recorded; the service (`ferry run`) does the work.

            Exit status: 0 done, 1 it failed, 2 wrong use, 3 something was asked of a person, 78 configuration.
            """,
        version: FerryVersion.current,
        subcommands: [FailPointsCommand.self],
        groupedSubcommands: [
            CommandGroup(name: "Begin", subcommands: [DemoCommand.self, InitCommand.self, RunCommand.self, ServiceCommand.self]),
            CommandGroup(
                name: "Look",
                subcommands: [StatusCommand.self, ShowCommand.self, LogsCommand.self, WhyCommand.self, ReplayCommand.self, ModelsCommand.self]),
            CommandGroup(
                name: "Decide",
                subcommands: [
                    PlanCommand.self, GoCommand.self, ApproveCommand.self, RejectCommand.self, RetryCommand.self, AnswerCommand.self,
                    CancelCommand.self,
                    StopCommand.self,
                ]),
            CommandGroup(name: "Mend", subcommands: [CheckCommand.self, DoctorCommand.self, RebuildCommand.self]),
        ])
}
