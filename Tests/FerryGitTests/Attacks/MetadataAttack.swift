internal import Testing

/// What an agent does to the git directory that it works with. Where the host's git reads that directory, a program of the agent's runs, or the commit and
/// the diff do not show what lies in the worktree; Ferry's never reads it.
struct MetadataAttack: Hashable, Sendable, CustomTestStringConvertible {
    let name: String
    /// In the worktree, with the agent's git directory in `$G`, and in `$EVIL` a program that leaves the sign and passes its input on.
    let script: String
    /// After the files were changed.
    let after: String
    /// What plain git is asked to do with it.
    let control: String

    init(_ name: String, _ script: String, after: String = "true", control: String = usual) {
        (self.name, self.script, self.after, self.control) = (name, script, after, control)
    }

    var testDescription: String { name }

    private static let usual = "git status -s && git add -A && git commit -qm x && git checkout -q -b other && git checkout -q main"

    /// Whether a program of the agent's runs where plain git is at work; else git takes, shows or does something else than it should.
    var startsProgram: Bool { !(Self.views + Self.states).contains(self) }

    static let all: [MetadataAttack] =
        ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-checkout", "post-index-change", "reference-transaction"].map {
            MetadataAttack("hook \($0)", "mkdir -p $G/hooks; cp $EVIL $G/hooks/\($0)")
        } + programs + views + states

    /// Settings that name a program.
    private static let programs = [
        MetadataAttack("core.hooksPath", "mkdir -p $G/h; cp $EVIL $G/h/post-index-change; git config core.hooksPath $G/h"),
        MetadataAttack("core.fsmonitor", "git config core.fsmonitor $EVIL"),
        MetadataAttack("include.path", "git config -f $G/more core.fsmonitor $EVIL; git config include.path $G/more"),
        MetadataAttack("includeIf", "git config -f $G/more core.fsmonitor $EVIL; git config includeIf.gitdir:/.path $G/more"),
        MetadataAttack(
            "config.worktree",
            "git config core.repositoryFormatVersion 1; git config extensions.worktreeConfig true; git config -f $G/config.worktree core.fsmonitor $EVIL"
        ),
        MetadataAttack(
            "commondir", "mkdir $G/c; cp -r $G/[!c]* $G/config $G/c/; git config -f $G/c/config core.fsmonitor $EVIL; echo c > $G/commondir"),
        MetadataAttack("clean filter", "git config filter.e.clean $EVIL; echo '* filter=e' > .gitattributes"),
        MetadataAttack(
            "clean filter by info/attributes", "git config filter.e.clean $EVIL; mkdir -p $G/info; echo '* filter=e' > $G/info/attributes"),
        MetadataAttack(
            "clean filter by core.attributesFile", "git config filter.e.clean $EVIL; echo '* filter=e' > $G/a; git config core.attributesFile $G/a"),
        MetadataAttack("filter process", "git config filter.e.process $EVIL; echo '* filter=e' > .gitattributes"),
        MetadataAttack(
            "smudge filter", "git config filter.e.smudge $EVIL; echo '* filter=e' > .gitattributes",
            control: "git add -A; git commit -qm x; rm a.txt; git checkout a.txt"),
        MetadataAttack("diff.external", "git config diff.external $EVIL"),
        MetadataAttack("diff driver", "git config diff.e.command $EVIL; echo '* diff=e' > .gitattributes"),
        MetadataAttack("textconv", "git config diff.e.textconv $EVIL; echo '* diff=e' > .gitattributes"),
        MetadataAttack("gpg.program", "git config commit.gpgSign true; git config gpg.program $EVIL"),
        MetadataAttack("core.editor", "git config core.editor $EVIL", control: "git add -A; git commit -q || true"),
        MetadataAttack(
            "core.sshCommand", "git config core.sshCommand $EVIL; git config remote.origin.url ssh://x/y", control: "git fetch -q origin || true"),
        MetadataAttack(
            "a protocol that is a program", "git config protocol.ext.allow always; git config remote.origin.url \"ext::$EVIL\"",
            control: "git fetch -q origin || true"),
        MetadataAttack(
            "uploadpack", "git config remote.origin.url $G; git config remote.origin.uploadpack $EVIL", control: "git fetch -q origin || true"),
        MetadataAttack(
            "credential.helper", "git config credential.helper $EVIL",
            control: "echo url=https://x | GIT_TERMINAL_PROMPT=0 git credential fill || true"),
        MetadataAttack(
            "alternateRefsCommand",
            "git config core.alternateRefsCommand $EVIL; echo $REPO/.git/objects >> $G/objects/info/alternates; git config receive.shallowUpdate true",
            control:
                "git init -q --bare ../push.git; cp -r $G/config $G/objects ../push.git/; git -C ../push.git config core.bare true; git add -A; git commit -qm x; git push -q ../push.git main || true"
        ),
        MetadataAttack("an alias that starts a shell", "git config alias.ci '!'$EVIL", control: "git add -A; git commit -qm x; git ci"),
        MetadataAttack(
            "trailers", "git config trailer.x.command $EVIL; git config trailer.x.ifexists add",
            control: "git add -A; git commit -qm x --trailer x=1 || true"),
    ]

    /// Settings and files that make git show or take something else than what lies there.
    private static let views = [
        MetadataAttack("core.worktree", "mkdir $G/elsewhere; echo other > $G/elsewhere/a.txt; git config core.worktree $G/elsewhere"),
        MetadataAttack("info/exclude", "mkdir -p $G/info; echo new.txt > $G/info/exclude"),
        MetadataAttack("core.excludesFile", "echo new.txt > $G/x; git config core.excludesFile $G/x"),
        MetadataAttack("a replaced object", "git replace $(git rev-parse HEAD:a.txt) $(echo forged | git hash-object -w --stdin)"),
        MetadataAttack(
            "a forged base",
            "t=$( (printf '100644 blob %s\\ta.txt\\n' $(echo forged | git hash-object -w --stdin)) | git mktree); git update-ref HEAD $(git commit-tree -m x $t)"
        ),
        MetadataAttack("assume-unchanged", "git update-index --assume-unchanged a.txt"),
        MetadataAttack("skip-worktree", "git update-index --skip-worktree a.txt"),
        MetadataAttack(
            "a change that keeps size and time",
            "git config core.trustctime false; git config core.checkStat minimal; touch -d @1000000 a.txt; git update-index -q --refresh",
            after: "touch -d @1000000 a.txt"),
        MetadataAttack(
            "sparse checkout",
            "git config core.sparseCheckout true; mkdir -p $G/info; echo /none > $G/info/sparse-checkout; git read-tree -mu HEAD || true"),
        MetadataAttack("core.autocrlf", "git config core.autocrlf input"),
        MetadataAttack("text attributes", "echo '* text=auto' > .gitattributes"),
        MetadataAttack("another encoding", "echo '*.txt text working-tree-encoding=UTF-16LE' > .gitattributes"),
        MetadataAttack("files that show no diff", "echo '*.txt -diff' > .gitattributes"),
        MetadataAttack("files that are called binary", "echo '* binary' > .gitattributes"),
        MetadataAttack("colours", "git config color.ui always"),
        MetadataAttack(
            "no prefixes and another context",
            "git config diff.noprefix true; git config diff.context 0; git config diff.wsErrorHighlight all; git config color.diff always"),
    ]

    /// States in which git does not go on.
    private static let states = [
        MetadataAttack("a lock on the index", "touch $G/index.lock"),
        MetadataAttack("a lock on the branch", "mkdir -p $G/refs/heads; touch $G/$(git symbolic-ref HEAD).lock"),
        MetadataAttack("core.bare", "git config core.bare true"), MetadataAttack("another HEAD", "git symbolic-ref HEAD refs/heads/none"),
        MetadataAttack("a HEAD that is none", "echo nonsense > $G/HEAD"), MetadataAttack("a broken configuration", "echo '[' >> $G/config"),
        MetadataAttack("a broken index", "echo nonsense > $G/index"),
        MetadataAttack("an unknown extension", "git config core.repositoryFormatVersion 1; git config extensions.none true"),
        MetadataAttack(
            "broken objects", "find $G/objects -type f -path '*/??/*' -exec chmod u+w {} + -exec sh -c 'for f; do echo x > $f; done' sh {} +"),
        MetadataAttack("no git directory", "rm -rf $G"),
        MetadataAttack(
            "a required filter that fails", "git config filter.e.clean false; git config filter.e.required true; echo '* filter=e' > .gitattributes"),
        MetadataAttack("a git directory that nobody may read", "chmod 000 $G"),
    ]
}
