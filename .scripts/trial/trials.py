"""One trial each: something happens at a named moment, or at a call that writes; Ferry is started again; all must come to rest as if nothing had been."""

import sqlite3
import subprocess
import threading
import time

from . import invariants
from .features import ONE, THREE, WRONG, Person
from .model import ScriptedModel
from .scene import Scene, TrialFault

MODES = ("kill", "EIO", "ENOSPC", "hang", "stale fence")
RECOVERY = ("start.beforeIntent", "start.afterIntent", "start.afterSend", "start.afterEffect", "start.afterDone")
# What ends a trial: it is a violation of its own, and the others go on.
FAULTS = (TrialFault, OSError, sqlite3.Error, subprocess.SubprocessError)
_WHAT = {"kill": "kill", "EIO": "errno(5)", "ENOSPC": "errno(28)", "hang": "hang"}


class Result:
    """What came of a trial."""

    def __init__(self, name):
        self.name = name
        self.violations = []
        self.is_hit = True
        # Kills at calls that were made.
        self.reached = 0
        # Seconds from a start after a crash until the queue is loaded.
        self.restarts = []


class Trials:
    def __init__(self, template):
        self.template = template
        # Model calls that a scenario takes when nothing happens, by the number of its features.
        self._needed = {}
        self._lock = threading.RLock()

    def undisturbed(self, features=THREE, **variables):
        """The points that are passed; `variables` go to the program."""
        with _Stage(self, features) as stage:
            stage.scene.start(**variables)
            stage.person.plan()
            stage.rest()
            passed = stage.scene.points()
            self._needed[len(features)] = stage.model.count()
            result = Result("undisturbed")
            stage.end(result)
            if result.violations:
                raise TrialFault(f"undisturbed: {result.violations}")
            return passed

    def needed(self, features):
        with self._lock:
            if len(features) not in self._needed:
                self.undisturbed(features)
            return self._needed[len(features)]

    def at_point(self, point, mode, number=0):
        """One point, one mode; `number` chooses where the recovery from a kill is killed."""
        result = Result(f"{point} = {mode}")
        with _Stage(self, THREE) as stage:
            scene, go = stage.scene, stage.scene.folder / "go"
            what = _WHAT.get(mode, f"wait({go})")
            scene.start(f"{point}={what}@1")
            stage.person.plan()
            try:
                if stage.person.until(lambda: not scene.is_alive or (mode in ("hang", "stale fence") and stage.is_hit(point))):
                    result.is_hit = stage.is_hit(point)
                elif not stage.is_hit(point):
                    result.violations.append("it ended by itself")
                elif mode == "kill":
                    self._kill_again(stage, RECOVERY[number % len(RECOVERY)], result)
                elif mode == "hang":
                    stage.act_for(0.3)
                    scene.stop(1)
                elif mode == "stale fence":
                    result.violations += self._supersede(stage, go)
                elif not point.startswith("start."):
                    result.violations.append("it ended at an error that it should outlive")
                stage.rest(result)
                stage.end(result, failures=1 if mode in ("EIO", "ENOSPC") else 0)
            except FAULTS as fault:
                result.violations.append(str(fault) or repr(fault))
        return result

    @staticmethod
    def _kill_again(stage, point, result):
        stage.scene.start(f"{point}=kill@1")
        stage.person.until(lambda: not stage.scene.is_alive)
        if not stage.is_hit(point):
            result.violations.append(f"the recovery did not pass {point}")

    @staticmethod
    def _supersede(stage, go):
        """Takes every held job away, as one who believes the holder dead, and lets the holder go on: nothing of it may count (I9)."""
        scene = stage.scene
        try:
            # In one statement: another feature's attempt may end its job between a look and a change.
            held = scene.change("UPDATE job SET state = 'ready', fence = fence + 1 WHERE state = 'running' RETURNING sequence, fence - 1, feature")
        except Exception as error:  # A point inside a transaction: nobody else can write meanwhile.
            if "locked" not in str(error):
                raise
            held = []
        go.touch()
        stage.act_for(0.5)
        found = []
        for sequence, fence, feature in held:
            for row in scene.rows("SELECT state, fence FROM job WHERE sequence = ?", sequence):
                if row != ("ready", fence + 1):
                    found.append(f"I9: the job of {feature} was changed by one who does not hold it: {row}")
        scene.stop(2)
        return found

    def chain(self, points, errors=None, hangs=(), again=False):
        """Kills at each of the points, one process after the other, in one history; with errors and hangs at others on the way.
        `again`: the recovery from each is killed as well.

        Returns a result for each.
        """
        errors = errors or {}
        results = {point: Result(point) for point in [*points, *errors, *hangs]}
        for result in results.values():
            result.is_hit = False
        kinds = {**{point: "kill" for point in points}, **errors, **{point: "hang" for point in hangs}}
        last = Result("the chain")
        with _Stage(self, THREE) as stage:
            scene = stage.scene
            stage.person.plan()
            try:
                while True:
                    left = [point for point, result in results.items() if not result.is_hit]
                    scene.start(";".join(f"{point}={_WHAT[kinds[point]]}@1" for point in left))
                    is_done = stage.person.until(lambda: not scene.is_alive or any(stage.is_hit(point) for point in hangs if point in left))
                    hit = [point for point in left if stage.is_hit(point)]
                    for point in hit:
                        results[point].is_hit = True
                    if not is_done:
                        if not scene.is_alive and hit and all(point in errors and not point.startswith("start.") for point in hit):
                            last.violations.append(f"it ended at an error that it should outlive: {', '.join(hit)}")
                        scene.stop(0.5)
                    if is_done or not hit:
                        break
                    # Interrupted so often at one place it would be taken for poison.
                    stage.forgive()
                    if again:
                        self._kill_again(stage, RECOVERY[len(left) % len(RECOVERY)], last)
                        stage.forgive()
                stage.rest(last)
                stage.end(last, failures=sum(result.is_hit for point, result in results.items() if point in errors))
            except FAULTS as fault:
                last.violations.append(str(fault) or repr(fault))
        return [*results.values(), last]

    def at_moments(self, plan):
        """Kills at each of the moments (`point=kill@pass`), one process after the other; one that does not come says nothing."""
        result = Result(", ".join(plan))
        with _Stage(self, THREE) as stage:
            stage.person.plan()
            try:
                for moment in plan:
                    stage.scene.start(moment)
                    if stage.person.until(lambda: not stage.scene.is_alive):
                        break
                    stage.forgive()
                # A point that is armed still may lie behind the end of all work.
                stage.scene.kill()
                stage.rest(result)
                stage.end(result)
            except FAULTS as fault:
                result.violations.append(str(fault) or repr(fault))
        return result

    def at_calls(self, sweep, calls, start=0):
        """A kill at each of the numbered calls that change files, and after each at another one in the recovery, in a history of one feature.

        `calls`: numbers on the way of one that nothing happens to, in order, each with that of the recovery. `start`: calls of a start, which come again
        with each process.
        """
        result = Result("; ".join(f"{sweep.name} {call}, then {again}" for call, again in calls))
        result.is_hit = False
        with _Stage(self, ONE) as stage:
            scene = stage.scene
            stage.person.plan()
            try:
                before = None
                for call, again in calls:
                    sweep.start(scene, CRASH_AT=str(call if before is None else call - before + start))
                    if stage.person.until(lambda: not scene.is_alive):
                        scene.stop()
                        break
                    stage.forgive()
                    before = call
                    result.reached += 1
                    sweep.start(scene, CRASH_AT=str(again))
                    if stage.person.until(lambda: not scene.is_alive):
                        # The recovery had less to do.
                        scene.stop()
                        break
                    stage.forgive()
                result.is_hit = result.reached == len(calls)
                stage.rest(result)
                stage.end(result)
            except FAULTS as fault:
                result.violations.append(str(fault) or repr(fault))
        return result

    def count_calls(self, sweep):
        """Calls that change files on the whole way of one feature, and of a start after it."""
        with _Stage(self, ONE) as stage:
            scene = stage.scene
            stage.person.plan()
            return tuple(self._traced(stage, sweep, scene.folder / name) for name in ("way", "start"))

    @staticmethod
    def _traced(stage, sweep, trace):
        sweep.start(stage.scene, CRASH_TRACE=str(trace))
        stage.rest()
        stage.scene.wait(lambda: "start.afterDone" in stage.scene.points(), 30, "the start")
        # A start may make none of the calls that are counted.
        calls = len(trace.read_text().split("\n")) - 1 if trace.exists() else 0
        stage.scene.stop()
        return calls


class Sweep:
    """Calls that change files, numbered by a library that is loaded into a program: those of Ferry itself."""

    name = "call"

    def __init__(self, library):
        self.library = library

    def start(self, scene, **variables):
        scene.start(**self._variables(scene), **variables)

    def _variables(self, scene):
        below = [scene.folder / "state", scene.folder / "cache", scene.vault, scene.repository]
        return {"LD_PRELOAD": str(self.library), "CRASH_BELOW": ":".join(map(str, below))}


class GitSweep(Sweep):
    """Those of the gits that Ferry starts, one after the other; Ferry is killed with the one that is struck."""

    name = "git call"

    def start(self, scene, **variables):
        tools, counter, pid = scene.folder / "tools", scene.folder / "counter", scene.folder / "pid"
        tools.mkdir(exist_ok=True)
        counter.unlink(missing_ok=True)
        pid.unlink(missing_ok=True)
        given = {**self._variables(scene), "CRASH_COUNTER": str(counter), "CRASH_WITH": str(pid), **variables}
        git = tools / "git"
        git.write_text("#!/bin/sh\n" + "".join(f"export {name}='{value}'\n" for name, value in given.items()) + 'exec /usr/bin/git "$@"\n')
        git.chmod(0o755)
        scene.start(PATH=f"{tools}:/usr/local/bin:/usr/bin:/bin")
        pid.write_text(str(scene.ferry.pid))


class _Stage:
    """A scene with its model and its person; gone at the end."""

    def __init__(self, trials, features):
        self.trials = trials
        self.features = features
        self.model = ScriptedModel(WRONG)
        self.scene = Scene(trials.template, self.model)
        self.person = Person(self.scene, features)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.scene.close()
        self.model.close()

    def is_hit(self, point):
        return f"{point} !" in self.scene.points()

    def act_for(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.person.act()
            time.sleep(0.01)

    def forgive(self):
        """A job that was interrupted again and again is set aside as poison; here that is not asked."""
        try:
            self.scene.change("UPDATE job SET unclean = 0")
        except Exception:  # There is no database yet, or none that counts.
            pass

    def rest(self, result=None):
        """Until all is done, with a Ferry that nothing happens to."""
        if not self.scene.is_alive:
            self.forgive()
            began = time.monotonic()
            self.scene.start()
            self.scene.wait(lambda: not self.scene.is_alive or "start.afterDone" in self.scene.points(), 30, "the start")
            if result:
                result.restarts.append(time.monotonic() - began)
        if not self.person.until(lambda: not self.scene.is_alive):
            raise TrialFault(f"Ferry ended by itself{self.scene.story()}")

    def end(self, result, failures=0):
        """Stops Ferry and looks whether all is as it must be. `failures`: attempts that an error ended, in a process that went on."""
        # One that has just begun may not have heard of SIGTERM yet.
        self.scene.wait(lambda: not self.scene.is_alive or "start.afterDone" in self.scene.points(), 30, "the start")
        if not self.scene.stop():
            result.violations.append("it did not stop at SIGTERM")
        # Whatever was not the last process was cut off.
        interruptions = self.scene.starts - 1 + failures
        result.violations += invariants.violations(self.scene, self.person, interruptions, self.trials.needed(self.features), failures)
