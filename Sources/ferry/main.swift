// ferry: see FerryCommands.
internal import FerryCommands
internal import Glibc

exit(await FerryProgram.run(Array(CommandLine.arguments.dropFirst())))
