"""What a hundred thousand notes cost, each figure beside a yardstick of the same round."""

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from dispatch_latency import DispatchLatency
from ferry_process import FerryProcess
from yardsticks import RawInotify, idle_use, milliseconds_of

ROUNDS = 5
COLD_ROUNDS = 3
BURST = 20_000
INDEXED = re.compile(r"indexed (\d+) notes in ([\d.]+) s \((\d+) read, (\d+) new, (\d+) changed, (\d+) gone\)")


@dataclass
class Indexing:
    """What the line says that Ferry prints after its first look, and when it came, in milliseconds from the start of the process."""

    milliseconds: float
    notes: int
    seconds: float
    read: int
    new: int
    changed: int
    gone: int


@dataclass
class Facts:
    first: list = field(default_factory=list)
    grep: list = field(default_factory=list)
    cold_first: list = field(default_factory=list)
    cold_grep: list = field(default_factory=list)
    restart: list = field(default_factory=list)
    find: list = field(default_factory=list)
    cold_restart: list = field(default_factory=list)
    cold_find: list = field(default_factory=list)


class Scale:
    def __init__(self, vault, ferry, say):
        self.vault = vault
        self.ferry = ferry
        self.say = say

    def measure(self, samples, idle_seconds):
        facts = Facts()
        self.say(f"First index, {ROUNDS} times warm, {COLD_ROUNDS} cold")
        self._settle()
        self._pairs(ROUNDS, facts.grep, facts.first, self._grep, self._first_index, cold=False)
        self._pairs(COLD_ROUNDS, facts.cold_grep, facts.cold_first, self._grep, self._first_index, cold=True)
        self.say(f"Restart, {ROUNDS} times warm, {COLD_ROUNDS} cold")
        self._index_and_stop()
        self._pairs(ROUNDS, facts.find, facts.restart, self._find, self._restart, cold=False)
        self._pairs(COLD_ROUNDS, facts.cold_find, facts.cold_restart, self._find, self._restart, cold=True)
        self._serve(facts, samples, idle_seconds)
        self.say(f"A burst of {BURST} renames")
        facts.burst_seconds = self._burst()
        facts.after_burst = self._restart()
        facts.cold_how = self.cold_how
        return facts

    # Two things beside each other

    def _pairs(self, rounds, yardstick, values, one, other, cold):
        for _ in range(rounds):
            for values_of, measure in ((yardstick, one), (values, other)):
                if cold:
                    self._cool()
                values_of.append(measure())

    def _grep(self):
        # 0 or 1: found or not.
        return self._milliseconds("rg", "-l", "^status: planned$", self.vault.features)

    def _find(self):
        return self._milliseconds("find", self.vault.features, "-newermt", "2100-01-01")

    def _milliseconds(self, *command):
        return milliseconds_of(*command)

    def _first_index(self):
        shutil.rmtree(self.vault.state, ignore_errors=True)
        return self._start_until_indexed()

    def _restart(self):
        return self._start_until_indexed()

    def _start_until_indexed(self):
        with FerryProcess(self.ferry, self.vault) as ferry:
            return self._wait_until_indexed(ferry)

    def _wait_until_indexed(self, ferry):
        log = self.vault.folder / "ferry.log"
        begin = ferry.log_begin

        def said():
            with open(log, "rb") as file:
                file.seek(begin)
                return INDEXED.search(file.read().decode(errors="replace"))

        milliseconds = ferry.wait(lambda: said() is not None, 120, 0.001, since=ferry.started)
        notes, seconds, read, new, changed, gone = said().groups()
        count = [int(text) for text in (notes, read, new, changed, gone)]
        return Indexing(milliseconds, count[0], float(seconds), *count[1:])

    def _index_and_stop(self):
        with FerryProcess(self.ferry, self.vault) as ferry:
            self._wait_until_indexed(ferry)
            ferry.wait_until_quiet()

    # Caches

    def _settle(self):
        """All in the page cache, nothing left to be written, every stamp some seconds old."""
        subprocess.run(["sync"], check=True)
        self._grep()
        time.sleep(2)

    def _cool(self):
        subprocess.run(["sync"], check=True)
        try:
            Path("/proc/sys/vm/drop_caches").write_text("3\n")
            self.cold_how = "the kernel's caches of files, folders and inodes dropped before each (`drop_caches`)"
        except OSError:
            for path in self.vault.notes:
                descriptor = os.open(path, os.O_RDONLY)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(descriptor)
            self.cold_how = "the notes' content taken out of the page cache before each (`posix_fadvise`); folders and inodes stay cached, as only root drops them"

    # One process

    def _serve(self, facts, samples, idle_seconds):
        with RawInotify(self.vault.features / "03_planned", self.vault.folder) as watch, FerryProcess(self.ferry, self.vault) as ferry:
            self._wait_until_indexed(ferry)
            ferry.wait_until_quiet()
            self.say(f"Idle with {self._count()} notes, {idle_seconds} s")
            facts.idle, facts.idle_watch = idle_use([ferry.pid, watch.pid], idle_seconds)
            self.say(f"Dispatch among {self._count()} notes, {samples} times")
            facts.dispatch = DispatchLatency(self.vault, ferry, watch).measure(samples)
            facts.busy, _ = idle_use([ferry.pid, watch.pid], 0)

    def _count(self):
        return sum(1 for _ in self.vault.notes)

    def _burst(self):
        """Renames drafts among the folders of drafts; returns the seconds until Ferry has nothing left to do."""
        paths = sorted((self.vault.features / "02_drafts").glob("*/*.md"))[:BURST]
        with FerryProcess(self.ferry, self.vault) as ferry:
            self._wait_until_indexed(ferry)
            ferry.wait_until_quiet()
            before = ferry.cpu_seconds()
            start = time.monotonic()
            for number, path in enumerate(paths):
                os.rename(path, path.parent / f"renamed {number:05}.md")
            self.burst_renaming = time.monotonic() - start
            while True:
                used = ferry.cpu_seconds()
                time.sleep(0.5)
                if ferry.cpu_seconds() == used:
                    return ferry.cpu_seconds() - before
