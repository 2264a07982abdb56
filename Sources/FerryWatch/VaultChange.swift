package import SystemPackage

/// Where to look again. Says nothing of what is there now: the truth is what a look finds.
package enum VaultChange: Hashable, Sendable {
    /// A file that was written, made, moved or deleted (full path).
    case file(FilePath)
    /// A folder that appeared, moved or vanished, with all that is below it.
    case folder(FilePath)
    /// Events were lost, or the vault itself went or came: look at everything.
    case everything
    /// Events cannot be relied upon from now on; the text says why and what to do. Look at everything every few seconds.
    case unreliable(String)
}
