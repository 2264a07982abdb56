"""A scratch vault and repository, the program that serves it, and a person who moves notes."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

STATES = {
    "ideas": "01_ideas", "drafts": "02_drafts", "planned": "03_planned", "in_progress": "04_in_progress", "review": "05_review", "done": "06_done",
    "blocked": "07_blocked",
}
TIMING = "settle=40 firstTouch=15 disappearance=80 indexInterval=100 noteInterval=30 pollInterval=200 retryFirst=50 retryCap=200 modelRetry=20"

SETTINGS = """---
agents_at_once: {agents}
budget_run_usd: 1000
budget_feature_usd: 1000
budget_day_usd: 1000
fix_rounds: 2
settle_seconds: 0
ask_above: 1000
{id}---
# Settings

## Providers
```yaml
trial: {{api: openai, base_url: "http://127.0.0.1:{port}/v1"}}
```

## Models
```yaml
small: trial/model
medium: trial/model
large: trial/model
```
"""

# In one process, however many words there are.
CHECK = """for file in words/*; do
    says=
    while read -r line || [ -n "$line" ]; do [ "$line" = "${file##*/}" ] && says=yes; done < "$file"
    [ -n "$says" ] || { echo "$file does not say ${file##*/}"; exit 1; }
done
"""


class TrialFault(Exception):
    """It did not come to what it had to come to."""


class Template:
    """A vault and a repository as `ferry init` makes them, once; scenes are copies."""

    def __init__(self, folder, ferry, is_there=False):
        self.folder = folder
        self.ferry = ferry
        if not is_there:
            self._make()

    def _make(self):
        folder, ferry = self.folder, self.ferry
        repository = folder / "hello"
        (repository / "words").mkdir(parents=True)
        (repository / "words" / "hello").write_text("hello\n")
        (repository / "check.sh").write_text(CHECK)
        (repository / "README.md").write_text("# hello\n\nA file for each word. Tests: `sh check.sh`\n")
        git = ["git", "-C", repository, "-c", "user.name=You", "-c", "user.email=you@localhost"]
        for arguments in (["init", "--quiet", "--initial-branch=main"], ["add", "--all"], ["commit", "--quiet", "--message", "A word"]):
            subprocess.run([*git, *arguments], env=environment(folder), check=True)
        subprocess.run([ferry, "init", folder / "vault", "--repo", repository], env=environment(folder), check=True, stdout=subprocess.DEVNULL)
        note = folder / "vault" / "80_repositories" / "hello.md"
        note.write_text(re.sub(r"^test: .*$", "test: 'sh check.sh'", note.read_text(), flags=re.M))
        for path in (folder / "vault" / "10_features").glob("*/Example feature.md"):
            path.unlink()


def environment(folder):
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder / "home"), "LANG": "C.UTF-8", "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"), "XDG_CONFIG_HOME": str(folder / "config"), "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1", "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
    }


class Scene:
    """One vault, one repository, one model, and at most one living `ferry run`. In `folder`, if it is given; what lies there already is gone on with."""

    def __init__(self, template, model, agents=2, timing=TIMING, folder=None):
        self.folder = folder or Path(tempfile.mkdtemp(prefix="ferry-trial-")).resolve()
        self.template = template
        self.model = model
        self.timing = timing
        self.vault = self.folder / "vault"
        self.repository = self.folder / "hello"
        self.trace = self.folder / "trace"
        if not self.vault.exists():
            self._furnish(agents)
        # The template has one commit.
        self.base = self.git("rev-list", "--max-parents=0", "main")
        self.ferry = None
        self.starts = 0
        # When each process was started.
        self.began = []

    def _furnish(self, agents):
        shutil.copytree(self.template.folder, self.folder, symlinks=True, dirs_exist_ok=True)
        note = self.vault / "80_repositories" / "hello.md"
        note.write_text(note.read_text().replace(str(self.template.folder), str(self.folder)))
        settings = self.vault / "90_system" / "ferry.md"
        kept = re.search(r"^vault_id: .*\n", settings.read_text(), re.M)
        settings.write_text(SETTINGS.format(agents=agents, port=self.model.port, id=kept.group(0) if kept else ""))

    def close(self):
        self.kill()
        if os.environ.get("FERRY_KEEP_SCRATCH") == "1":
            print(f"kept: {self.folder}", flush=True)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    # The program

    def start(self, points="", **variables):
        """Starts `ferry run`; `points` are armed."""
        self.passed = self.trace.stat().st_size if self.trace.exists() else 0
        self.log = open(self.folder / "ferry.log", "ab")
        added = {"FERRY_FAILPOINTS": points, "FERRY_FAILPOINT_TRACE": str(self.trace), "FERRY_TIMING": self.timing, **variables}
        self.starts += 1
        self.began.append(time.monotonic())
        self.ferry = subprocess.Popen(
            [self.template.ferry, "run", "--vault", self.vault], env={**environment(self.folder), **added}, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, start_new_session=True)
        self.log.close()

    @property
    def is_alive(self):
        return self.ferry is not None and self.ferry.poll() is None

    def kill(self):
        if self.ferry:
            self.ferry.kill()
            self.ferry.wait()
            self.ferry = None

    def stop(self, seconds=10):
        """SIGTERM. Returns whether it ended by itself with status 0."""
        if not self.ferry:
            return True
        self.ferry.send_signal(signal.SIGTERM)
        try:
            status = self.ferry.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        self.ferry = None
        return status == 0

    def points(self):
        """The points that the living, or last, process has passed, in order; one that was armed ends with ` !`."""
        if not self.trace.exists():
            return []
        with open(self.trace, "rb") as trace:
            trace.seek(self.passed)
            return trace.read().decode().split("\n")[:-1]

    def said(self):
        log = self.folder / "ferry.log"
        return log.read_text(errors="replace")[-6000:] if log.exists() else ""

    # The person

    def note(self, state, name):
        return self.vault / "10_features" / STATES[state] / f"{name}.md"

    def where(self, name):
        """The states whose folders hold the note."""
        return [state for state in STATES if self.note(state, name).exists()]

    def read(self, state, name):
        try:
            return self.note(state, name).read_text()
        except FileNotFoundError:
            return ""

    def write(self, name, text, state="planned"):
        self.note(state, name).write_text(text)

    def move(self, name, old, new):
        """As `mv -n` does; a note that Ferry has just moved stays where it is. Returns whether it was moved."""
        if self.note(new, name).exists():
            return False
        try:
            os.rename(self.note(old, name), self.note(new, name))
            return True
        except FileNotFoundError:
            return False

    def edit(self, name, state, line):
        """As an editor does that writes a new file and renames it over the old one. Returns whether the note was still there."""
        path = self.note(state, name)
        try:
            text = path.read_text()
            beside = path.with_name(f".{name}.swp")
            beside.write_text(text.rstrip("\n") + "\n\n" + line + "\n")
            if not path.exists():
                beside.unlink()
                return False
            os.rename(beside, path)
            return True
        except FileNotFoundError:
            return False

    # What is there

    def git(self, *arguments):
        command = ["git", "-c", "safe.directory=*", "-C", self.repository, *arguments]
        return subprocess.run(command, env=environment(self.folder), check=True, capture_output=True, text=True).stdout.strip()

    @property
    def state(self):
        """Ferry's state folder of the vault."""
        return next((self.folder / "state" / "ferry").iterdir())

    @property
    def cache(self):
        return self.folder / "cache" / "ferry" / self.state.name

    def rows(self, sql, *values):
        """What the database says; nothing where it is not made yet."""
        try:
            path = self.state / "ferry.db"
        except (FileNotFoundError, StopIteration):
            return []
        if not path.exists():
            return []
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            connection.close()

    def change(self, sql, *values):
        """Changes the database, as another process would; returns the rows that the statement does, none where it is not made yet."""
        path = next((self.folder / "state" / "ferry").glob("*/ferry.db"), None)
        if path is None:
            return []
        # The last one that may write takes the log away when it closes, and Ferry would hold the database for damaged: a reader stays longer.
        reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            reader.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            connection = sqlite3.connect(path, timeout=10)
            try:
                with connection:
                    return connection.execute(sql, values).fetchall()
            finally:
                connection.close()
        finally:
            reader.close()

    def wait(self, holds, seconds, what):
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise TrialFault(f"{what}: not within {seconds} s; {self.story()}")
            time.sleep(0.01)

    def story(self):
        lines = [f"{path.relative_to(self.vault)}" for path in sorted((self.vault / "10_features").glob("*/*.md")) if path.name != "README.md"]
        lines += [str(row) for row in self.rows("SELECT id, path, state, folder, approved, waits_for FROM feature")]
        lines += [str(row) for row in self.rows("SELECT * FROM job")]
        lines += [str(row[0]) for row in self.rows("SELECT feature || ' ' || text FROM event ORDER BY id DESC LIMIT 12")]
        return "\n".join(["", *lines, "passed last: " + ", ".join(self.points()[-6:]), self.said()[-2500:]])
