/// When a commit has to be safe from a loss of power. From the end of the process every commit is safe at once.
package enum Durability: Sendable {
    /// It is on the disk when the call returns.
    case onReturn
    /// It is on the disk when any later commit is: for what means nothing until then, or is done again where it was lost.
    case withNextCommit
}
