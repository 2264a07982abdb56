package import SystemPackage

/// Where to look again. Says nothing of what is there now: the truth is what a look finds.
package enum VaultChange: Hashable, Sendable {
    /// A file that was written, made, moved or deleted (full path).
    case file(FilePath)
    /// A folder that appeared, moved or vanished, with all that is below it.
    case folder(FilePath)
    /// Events were lost, or the vault itself went or came: look at everything.
    case everything
    /// Why events cannot be relied upon from now on, and what to do: look at everything every few seconds. `nil`: they can, again.
    case unreliable(String?)
}
