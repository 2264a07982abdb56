"""From a note's move into planned to the job row and to the first model request."""

import os
import select
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

POLL = 0.0002
WARM_UP = 3
LIMIT = 30_000_000_000


@dataclass
class Times:
    """Milliseconds since just before the move, one for each sample."""

    event: list = field(default_factory=list)
    job: list = field(default_factory=list)
    request: list = field(default_factory=list)
    # Of one round of looking with nothing to see.
    floor: list = field(default_factory=list)
    poll_milliseconds: float = POLL * 1000


class DispatchLatency:
    """Moves drafts one at a time and watches for what follows, in one loop."""

    def __init__(self, vault, ferry, watch):
        self.vault = vault
        self.ferry = ferry
        self.watch = watch

    def measure(self, samples):
        times = Times()
        server = subprocess.Popen([sys.executable, Path(__file__).with_name("model_server.py")], stdout=subprocess.PIPE)
        self.database = sqlite3.connect(f"file:{self.vault.database}?mode=ro", uri=True, isolation_level=None)
        try:
            self.vault.use_model_server(int(server.stdout.readline()))
            os.set_blocking(server.stdout.fileno(), False)
            self.requests = server.stdout
            self.ferry.wait_until_quiet()
            times.floor = [self._empty_round() for _ in range(200)]
            for number in range(samples + WARM_UP):
                event, job, request = self._sample(self.vault.draft(number))
                if number >= WARM_UP:
                    times.event.append(event)
                    times.job.append(job)
                    times.request.append(request)
        finally:
            self.database.close()
            server.kill()
            server.wait()
        return times

    def _version(self):
        return self.database.execute("PRAGMA data_version").fetchone()[0]

    def _jobs(self):
        return self.database.execute("SELECT ifnull(max(sequence), 0) FROM job").fetchone()[0]

    def _empty_round(self):
        start = time.monotonic_ns()
        select.select([self.watch, self.requests], [], [], POLL)
        self._version()
        return (time.monotonic_ns() - start) / 1_000_000

    def _sample(self, name):
        draft, planned = self.vault.note("02_drafts", name), self.vault.note("03_planned", name)
        self.watch.names()
        version, jobs = self._version(), self._jobs()
        event = job = request = None
        start = time.monotonic_ns()
        os.rename(draft, planned)
        while event is None or job is None or request is None:
            ready = select.select([self.watch, self.requests], [], [], POLL)[0]
            now = time.monotonic_ns()
            if self.watch in ready and name in self.watch.names():
                event = event or now
            if self.requests in ready:
                request = int(self.requests.readline())
            if job is None and (latest := self._version()) != version:
                version = latest
                if self._jobs() > jobs:
                    job = time.monotonic_ns()
            if now - start > LIMIT:
                raise RuntimeError(f"{name}: event {event}, job {job}, request {request} after 30 s; ferry said:\n{self.ferry.said()}")
        self._take_back(name)
        return [(moment - start) / 1_000_000 for moment in (event, job, request)]

    def _take_back(self, name):
        """Withdraws the feature, and waits until Ferry has said so in the note: then nothing of it is left to do."""
        draft = self.vault.note("02_drafts", name)

        def move():
            for state in ("03_planned", "04_in_progress"):
                try:
                    os.rename(self.vault.note(state, name), draft)
                    return True
                except FileNotFoundError:
                    continue
            return False

        self.ferry.wait(move, 10, 0.01)
        self.ferry.wait(lambda: draft.exists() and "\nstatus: drafts\n" in draft.read_text(), 20, 0.02)
