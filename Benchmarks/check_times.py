"""How long `ferry check` takes: over all notes of a vault, and over one note, as an editor asks on every save."""

import subprocess
import time
from dataclasses import dataclass, field

from statistics_of import percentile
from yardsticks import milliseconds_of, read_all_notes

ROUNDS = 5


@dataclass
class CheckTimes:
    notes: int
    whole: list = field(default_factory=list)
    read_all: list = field(default_factory=list)
    one: list = field(default_factory=list)
    find: list = field(default_factory=list)


def measure_check(vault, ferry, rounds=ROUNDS):
    """After the service has stopped: its index of the notes is there, as it is on a person's machine."""

    def check(*notes):
        start = time.monotonic_ns()
        # 1: something was found.
        if subprocess.run([ferry, "check", "--vault", vault.root, *notes], env=vault.environment, stdout=subprocess.DEVNULL).returncode not in (0, 1):
            raise RuntimeError("ferry check failed")
        return (time.monotonic_ns() - start) / 1_000_000

    one = vault.note("02_drafts", vault.draft(1))
    times = CheckTimes(sum(1 for _ in vault.features.rglob("*.md")))
    for _ in range(rounds):
        times.read_all.append(read_all_notes(vault.root))
        times.whole.append(check())
        times.find.append(milliseconds_of("find", vault.features, "-newermt", "2100-01-01"))
        times.one.append(check(one))
    return times


def check_section(all_times):
    def row(times, name, mine, yardstick, whose):
        one, other = percentile(mine, 50), percentile(yardstick, 50)
        return f"| {name} | {times.notes:,} | {one:.0f} ms | {whose}: {other:.0f} ms | {one / other:.1f} |"

    rows = [row(times, "all notes", times.whole, times.read_all, "`rg --count ^` reads every note") for times in all_times]
    rows += [row(times, "one note, as on a save", times.one, times.find, "`find -newermt` asks for every note's date") for times in all_times]
    return f"""
## ferry check

The whole process, medians of {ROUNDS} rounds, each beside the yardstick just before it; the files are in the page cache. A note by itself is held against all the others too (ids, names, dependencies).

| `ferry check` of | notes in the vault | Ferry | beside | ratio |
|---|---|---|---|---|
{chr(10).join(rows)}
"""
