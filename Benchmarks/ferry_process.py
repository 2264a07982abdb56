"""`ferry run` as a child process."""

import os
import signal
import subprocess
import time
from pathlib import Path


class FerryProcess:
    """Started on entry, ended with SIGTERM on exit."""

    def __init__(self, program, vault):
        self.program = program
        self.vault = vault

    def __enter__(self):
        self.vault.dashboard.unlink(missing_ok=True)
        self.log = open(self.vault.folder / "ferry.log", "ab")
        # Where what this process says begins.
        self.log_begin = self.log.tell()
        self.started = time.monotonic_ns()
        self.child = subprocess.Popen(
            [self.program, "run", "--vault", self.vault.root], env=self.vault.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(30)
        except subprocess.TimeoutExpired:
            self.child.kill()
            raise
        finally:
            self.log.close()

    @property
    def pid(self):
        return self.child.pid

    def cpu_seconds(self):
        """utime and stime so far: fields 14 and 15 of proc(5), counted from the state, field 3."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_until_ready(self):
        """Milliseconds from the start until the dashboard is there."""
        return self.wait(lambda: self.vault.dashboard.exists(), 60, 0.0005, since=self.started)

    def wait_until_quiet(self):
        """Returns when nothing has been written to the database for three seconds."""
        database = self.vault.database
        log = database.with_name(database.name + "-wal")
        while time.time() - max(os.stat(path).st_mtime for path in (database, log) if path.exists()) < 3:
            self.wait(lambda: True, 1, 0.2)
            time.sleep(0.2)

    def wait(self, holds, seconds, step, since=None):
        """Milliseconds until it holds. Fails when Ferry ends or time is up."""
        since = since or time.monotonic_ns()
        while not holds():
            if self.child.poll() is not None:
                raise RuntimeError(f"ferry ended with {self.child.returncode}:\n{self.said()}")
            if time.monotonic_ns() - since > seconds * 1_000_000_000:
                raise RuntimeError(f"nothing came of it in {seconds} s; ferry said:\n{self.said()}")
            time.sleep(step)
        return (time.monotonic_ns() - since) / 1_000_000

    def said(self):
        return (self.vault.folder / "ferry.log").read_text(errors="replace")[-4000:]
