"""What must hold when all has come to rest, whatever was killed, failed or hung on the way: I1 to I9."""

import bisect
import collections
import os
import re
from pathlib import Path

from .features import EDIT, body
from .scene import STATES


# At work side by side.
AGENTS = 2
# Calls that one who was cut off may have to make: the one that was in flight, and one to make a tool call again whose end it was not told.
CALLS_ANEW = 2


def violations(scene, person, interruptions=0, needed=None, failures=0):
    """Sentences, none where all is well. `interruptions` is how often agents at work could have been cut off: each may cost one call that is made again.

    `failures`: attempts that an error ended, in a process that went on.
    `needed`: calls that the scenario takes undisturbed; `None` after a loss of power, which takes what was not on the disk.
    """
    found = []
    found += _once(scene, person)
    if needed is not None:
        found += _calls(scene, interruptions * min(AGENTS, len(person.features)), needed, failures)
    found += _notes(scene, person)
    found += _runs(scene)
    found += leftovers(scene)
    found += _database(scene)
    found += [f"I6: it was blocked: {line}" for line in person.blocked]
    return found


def _once(scene, person):
    """I1: one merge for each feature, no more, and the checkout has come along."""
    found = []
    log = scene.git("log", "--first-parent", "--format=%P|%(trailers:key=Ferry-Feature,valueonly,separator=%x2C)", f"{scene.base}..main").split("\n")
    merges = collections.Counter(line.split("|")[1] for line in log if line)
    ids = {row[0] for row in scene.rows("SELECT spelling FROM feature")}
    if len(log) != len(ids) or set(merges) != ids or any(len(line.split("|")[0].split()) != 2 for line in log if line):
        found.append(f"I1: {len(ids)} features, merges {dict(merges)}")
    for word in person.features.values():
        if not (scene.repository / "words" / word).is_file() or (scene.repository / "words" / word).read_text() != word + "\n":
            found.append(f"I1: words/{word} is not as it was merged")
    if dirty := scene.git("status", "--porcelain"):
        found.append(f"I1: the checkout is not clean: {dirty}")
    return found


def _calls(scene, cut, needed, failures):
    """I2, I8: calls that were made against those that were needed, and against the ledger; `cut` conversations may have been cut off."""
    found = []
    made = scene.model.count()
    paid = _paid_twice(scene)
    if len(paid) > failures:
        found.append(f"I2: paid twice: {paid}, where {failures} attempts were ended by an error")
    if made > needed + cut * CALLS_ANEW:
        found.append(f"I2: {made} model calls where {needed} are needed and {cut * CALLS_ANEW} more allowed")
    booked = scene.rows("SELECT count(*) FROM spending")[0][0]
    if abs(booked - made) > cut:
        found.append(f"I8: the ledger has {booked} calls, the provider {made}")
    unsettled = scene.rows("SELECT count(*) FROM spending WHERE actual IS NULL")[0][0]
    if unsettled > cut:
        found.append(f"I8: {unsettled} reservations were never settled")
    return found


def _paid_twice(scene):
    """Turns that were asked for again though they were not the last ones of their feature before a process ended."""
    calls = sorted(scene.model.calls, key=lambda call: call.time)
    life = [bisect.bisect(scene.began, call.time) for call in calls]
    last = {(call.feature, life[index]): index for index, call in enumerate(calls)}
    newest = {call.place: index for index, call in enumerate(calls)}
    return [call.place for index, call in enumerate(calls) if newest[call.place] != index and last[call.feature, life[index]] != index]


def _notes(scene, person):
    """I3, I6: every note is where the database says, once, with all that the person wrote."""
    found = []
    for name, word in person.features.items():
        where = scene.where(name)
        text = scene.read(where[0], name) if where else ""
        if where != ["done"]:
            found.append(f"I6: {name} lies in {where}")
        for line in body(word).split("\n") + ([EDIT] if name == "Bye" and person.is_edited else []):
            if line not in text:
                found.append(f"I3: {name} has lost “{line}”")
        if text.count("ferry:begin") > 1 or len(re.findall(r"^status:", text, re.M)) != 1:
            found.append(f"I3: {name} was written twice over")
    if not person.is_edited:
        found.append("I3: the person never came to edit")
    for path, state, folder in scene.rows("SELECT CAST(path AS TEXT), state, folder FROM feature"):
        if state != folder or not path.startswith(f"10_features/{STATES.get(state)}/") or not (scene.vault / path).is_file():
            found.append(f"I6: the database says {path} is in {state}, {folder}")
    return found


def _runs(scene):
    """I6: what each run has left in the vault is all there: its own note with its end, plan, change, and a transcript of each stage."""
    found = []
    for feature, number in scene.rows("SELECT feature, number FROM run"):
        folder = scene.vault / "40_runs" / feature
        own = folder / f"{feature} run-{number}.md"
        text = own.read_text() if own.is_file() else ""
        if "| outcome | merged |" not in text:
            found.append(f"I6: {own.name} does not say that it was merged: {text[:300]!r}")
        stages = [path.stem.replace("-", " ") for path in scene.state.glob(f"runs/{feature}/run-{number}/*.jsonl")]
        if not stages:
            found.append(f"I6: {own.name} has no transcript")
        for what in ["plan", "diff", *stages]:
            if not (folder / f"{feature} run-{number} {what}.md").is_file():
                found.append(f"I6: there is no note {feature} run-{number} {what}")
        for stage in stages:
            if f"[[{feature} run-{number} {stage}" not in text:
                found.append(f"I6: {own.name} does not name {stage}")
    return found


def leftovers(scene):
    """I4: no process, worktree, lock or temporary that nobody lives to take away."""
    found = [f"I4: a process is left: {line}" for line in processes(scene.folder)]
    found += [f"I4: left in the vault: {path.relative_to(scene.vault)}" for path in scene.vault.rglob(".ferry-*")]
    kept = [path for path in scene.vault.rglob("*(*") if re.search(r"\((your edit|ferry recovered|late save|conflict)", path.name)]
    found += [f"I4: a version was put beside: {path.relative_to(scene.vault)}" for path in kept]
    found += [f"I4: a lock is left: {path.relative_to(scene.folder)}" for path in scene.repository.glob(".git/**/*.lock")]
    for folder in ("writes", "git/*/moves", "git/*/ferry/moves", "git/*/indexes", "git/*/ferry/indexes"):
        found += [f"I4: left behind: {path.relative_to(scene.folder)}" for path in scene.state.glob(folder + "/*")]
    found += [f"I4: a worktree is left: {path.relative_to(scene.cache)}" for path in scene.cache.glob("work/*/run-*/*")]
    return found


def processes(folder):
    """Command lines of living processes that have to do with the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in line or os.readlink(entry / "cwd").startswith(str(folder)):
                found.append(line[:200])
        except OSError:
            continue
    return found


def _database(scene):
    """I5: whole, and nothing open."""
    found = []
    if (check := scene.rows("PRAGMA integrity_check")) != [("ok",)]:
        found.append(f"I5: integrity_check says {check}")
    for row in scene.rows("SELECT feature, state FROM job WHERE state IN ('ready', 'running')"):
        found.append(f"I5: a job is open: {row}")
    for row in scene.rows("SELECT feature, key, kind FROM effect"):
        found.append(f"I5: an effect of a run that has ended is on record: {row}")
    for row in scene.rows("SELECT feature, number, outcome FROM run WHERE outcome IN ('running', 'parked')"):
        found.append(f"I5: a run is open: {row}")
    for row in scene.rows("SELECT feature, count(*) FROM run GROUP BY feature HAVING count(*) > 1"):
        found.append(f"I5: a feature ran more than once: {row}")
    return found
