"""Whole features in a minute with a model that answers at once, beside the same commands of git and bubblewrap run bare; and from a kill -9 to the next step."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / ".scripts"))
from trial.features import body
from trial.model import ScriptedModel
from trial.scene import STATES, Scene, Template

from statistics_of import percentile

FEATURES = 40
# Planned by and by: many at once are a question to the person.
OPEN = 8
AGENTS = 4
# The waits for a person's hands are short, all others those of every day.
TIMING = "settle=40 firstTouch=15 disappearance=80"
RESTARTS = 12
GOAL = 240
BARE = 20


@dataclass
class RateFacts:
    features: int
    seconds: float
    bare_seconds: list
    bare_parallel: float
    restarts: list = field(default_factory=list)


def measure_rate(folder, ferry, say):
    place = Path(folder) / "features"
    place.mkdir()
    template = Template(place, ferry)
    model = ScriptedModel()
    scene = Scene(template, model, agents=AGENTS, timing=TIMING)
    try:
        say(f"{FEATURES} whole features")
        seconds = whole(scene)
        say(f"The same commands, bare, {BARE} times")
        bare_seconds = [bare(scene, number) for number in range(BARE)]
        began = time.monotonic()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda number: bare(scene, BARE + number), range(BARE)))
        facts = RateFacts(FEATURES, seconds, bare_seconds, (time.monotonic() - began) / BARE)
    finally:
        scene.close()
        model.close()
    say(f"kill -9 and a start, {RESTARTS} times")
    facts.restarts = [restart(template) for _ in range(RESTARTS)]
    return facts


def done(scene):
    return scene.rows("SELECT count(*) FROM feature WHERE state = 'done' AND folder = 'done' AND approved = 0")[0][0]


def whole(scene):
    """Seconds from the first note in planned to the last in done; the person approves as soon as a note asks."""
    scene.start()
    scene.wait(lambda: "start.afterDone" in scene.points(), 30, "the start")
    waiting = [f"w{number:03}" for number in range(FEATURES)]
    began = time.monotonic()
    while True:
        # Some are always on their way; the person is never what is waited for.
        open_now = sum(len(list((scene.vault / "10_features" / STATES[state]).glob("w*.md"))) for state in ("planned", "in_progress", "review"))
        for word in waiting[: max(0, OPEN - open_now)]:
            scene.write(word, body(word))
        waiting = waiting[max(0, OPEN - open_now):]
        for path in (scene.vault / "10_features" / STATES["review"]).glob("w*.md"):
            if "\nstatus: review\n" in scene.read("review", path.stem):
                scene.move(path.stem, "review", "done")
        if not waiting and done(scene) == FEATURES:
            break
        if time.monotonic() - began > 600 or not scene.is_alive:
            raise RuntimeError(f"features did not come to an end{scene.story()}")
        time.sleep(0.02)
    seconds = time.monotonic() - began
    scene.stop()
    return seconds


def bare(scene, number):
    """Seconds that a feature's commands take by themselves: a worktree, two commands of an agent in bubblewrap, a commit, its tests on main and on the
    commit in exports of their own, a merge that is tested and that main is moved to."""
    work = scene.folder / f"bare-{number}"
    index = {**os.environ, "GIT_INDEX_FILE": str(scene.folder / f"index-{number}"), "GIT_CONFIG_GLOBAL": "/dev/null"}
    for who in ("AUTHOR", "COMMITTER"):
        index |= {f"GIT_{who}_NAME": "You", f"GIT_{who}_EMAIL": "you@localhost"}

    def git(*arguments):
        return subprocess.run(["git", "-C", scene.repository, *arguments], env=index, check=True, capture_output=True, text=True).stdout.strip()

    def export(commit, folder):
        folder.mkdir()
        git(f"--work-tree={folder}", "read-tree", commit)
        git(f"--work-tree={folder}", "checkout-index", "--all")

    def sandboxed(folder, command):
        subprocess.run(
            ["bwrap", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
             "--bind", folder, "/work", "--chdir", "/work", "--dev", "/dev", "--proc", "/proc", "--unshare-all", "--die-with-parent", "--", "sh", "-c", command],
            check=True, capture_output=True)

    began = time.monotonic()
    base = git("rev-parse", "main")
    export(base, work)
    sandboxed(work, "sh check.sh")
    sandboxed(work, f"printf 'bare{number}\\n' > words/bare{number}")
    sandboxed(work, f"test -s words/bare{number}")
    git(f"--work-tree={work}", "add", "--all")
    commit = git("commit-tree", git("write-tree"), "-p", base, "-m", "bare")
    for role in ("commit", "merge"):
        export(commit, scene.folder / f"bare-{number}-{role}")
        sandboxed(scene.folder / f"bare-{number}-{role}", "sh check.sh")
        if role == "commit":
            commit = git("commit-tree", f"{commit}^{{tree}}", "-p", base, "-p", commit, "-m", "bare")
    git("update-ref", f"refs/bare/{number}", commit)
    return time.monotonic() - began


def restart(template):
    """Seconds from a kill -9 in the middle of a run until the started-again Ferry does its next step."""
    model = ScriptedModel()
    scene = Scene(template, model)
    try:
        scene.start(f"step.afterDone=wait({scene.folder / 'never'})@2")
        scene.write("Bye", body("bye"))
        scene.wait(lambda: "step.afterDone !" in scene.points(), 60, "the second step")
        os.kill(scene.ferry.pid, signal.SIGKILL)
        began = time.monotonic()
        scene.ferry.wait()
        scene.ferry = None
        scene.start()
        scene.wait(lambda: "step.afterIntent" in scene.points(), 60, "the step after the kill")
        return time.monotonic() - began
    finally:
        scene.close()
        model.close()


def rate_section(facts):
    per_minute = facts.features / facts.seconds * 60
    bare_one = 60 / percentile(facts.bare_seconds, 50)
    bare_all = 60 / facts.bare_parallel
    waits = [value * 1000 for value in facts.restarts]
    return f"""
## Whole features

{facts.features} features from planned to merged, each of four agents (planner, coder, tester, reviewer) and six model calls, with a model on this machine that answers at once, {AGENTS} agents at once, a person who approves at once, and short waits
for the hands of a person (`{TIMING}`, in ms); all other waits are those of every day. Bare are the same commands of git and bubblewrap by themselves: a worktree, three commands in it, a commit, and the tests on exports of the commit and of the merge; no database, no notes, no model.

| | a minute |
|---|---|
| whole features (goal {GOAL}) | {per_minute:.0f} |
| … bare, {os.cpu_count()} side by side | {bare_all:.0f} |
| … bare, one after the other | {bare_one:.0f} |

From `kill -9` in the middle of a run to its next step in the process started again: median {percentile(waits, 50):.0f} ms, longest {max(waits):.0f} ms, of {len(waits)}.
"""
