internal import Testing

/// Something that a hostile command tries. Its script says `bitten` where it got what it was after; the same script outside of the sandbox must say so.
struct Attack: Hashable, Sendable, CustomTestStringConvertible {
    /// Where the script is run to show that it bites where there is no defence.
    enum Control: Hashable, Sendable {
        /// As the same user, with nothing around it.
        case host
        /// In the bubblewrap line that is found everywhere: all of the host read-only, the worktree writable, namespaces, no filter.
        case usualBubblewrap
    }

    let name: String
    /// Lines for `/bin/sh`. What `Target` offers is in its environment: `$SECRET`, `$PID` and so on.
    let script: String
    let control: Control

    init(_ name: String, _ script: String, control: Control = .host) {
        self.name = name
        self.script = script
        self.control = control
    }

    /// A program for perl, which can make any system call; `n(A, B)` is a call's number on x86_64 and on aarch64.
    static func perl(_ name: String, _ program: String, control: Control = .host) -> Attack {
        Attack(
            name,
            """
            exec perl -e '
            use strict; use Socket; use Fcntl; use POSIX (); $| = 1;
            my $isIntel = (POSIX::uname())[4] eq "x86_64";
            sub n { $_[$isIntel ? 0 : 1] }
            sub bitten { print "bitten\\n"; exit }
            \(program)
            '
            """, control: control)
    }

    var testDescription: String { name }

    /// What the attacks of one group said, in one sandbox and in one go on the host.
    struct Outcome: Sendable {
        var inside: String
        var outside: String
    }

    /// The attack ran to its end or was cut off inside, got nothing there, and gets it where nothing defends.
    func expectRepelled(_ outcome: Outcome?) throws {
        let outcome = try #require(outcome)
        #expect(!outcome.inside.contains("bitten"), "\(script)\n\(outcome.inside)")
        #expect(outcome.inside.contains("began"), "it was not run: \(outcome.inside)")
        #expect(outcome.outside.contains("bitten"), "the control: \(script)\n\(outcome.outside)")
    }
}
