internal import ArgumentParser
internal import FerrySystem

/// `ferry failpoints`: for those who test Ferry; not in the help.
struct FailPointsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failpoints", abstract: "List the named moments at which FERRY_FAILPOINTS can end, stop or fail this program.",
        shouldDisplay: false)

    func run() { for point in FailPoint.allCases { Console.standard.print(point.rawValue) } }
}
