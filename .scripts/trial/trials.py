"""One trial each: something happens at a named moment, or at a call that writes; Ferry is started again; all must come to rest as if nothing had been."""

import sqlite3
import subprocess
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
        # Seconds from a start after a crash until the queue is loaded.
        self.restarts = []


class Trials:
    """`needed`: model calls that the scenario of three takes when nothing happens."""

    def __init__(self, template, needed=0):
        self.template = template
        self.needed = needed

    def undisturbed(self, features=THREE):
        """The points that are passed, and the number of model calls."""
        with _Stage(self.template, features) as stage:
            stage.scene.start()
            stage.person.plan()
            stage.rest()
            passed = stage.scene.points()
            stage.end(Result("undisturbed"))
            return passed, stage.model.count()

    def at_point(self, point, mode, number=0):
        """One point, one mode; `number` chooses where the recovery from a kill is killed."""
        result = Result(f"{point} = {mode}")
        with _Stage(self.template, THREE) as stage:
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
                stage.end(result, interruptions=2 if mode == "kill" else 1, needed=self.needed)
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
        with _Stage(self.template, THREE) as stage:
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
                stage.end(last)
            except FAULTS as fault:
                last.violations.append(str(fault) or repr(fault))
        return [*results.values(), last]

    def at_moments(self, plan):
        """Kills at each of the moments (`point=kill@pass`), one process after the other; one that does not come says nothing."""
        result = Result(", ".join(plan))
        with _Stage(self.template, THREE) as stage:
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

    def at_call(self, library, calls):
        """Kills at the numbered calls that change files, one process after the other, in one history of one feature."""
        result = Result("call " + ", ".join(map(str, calls)))
        with _Stage(self.template, ONE) as stage:
            scene = stage.scene
            stage.person.plan()
            try:
                for call in calls:
                    scene.start(LD_PRELOAD=str(library), CRASH_AT=str(call), CRASH_BELOW=f"{scene.folder / 'state'}:{scene.folder / 'cache'}:{scene.vault}")
                    if stage.person.until(lambda: not scene.is_alive):
                        scene.stop()
                        result.is_hit = False
                        break
                    stage.forgive()
                stage.rest(result)
                stage.end(result)
            except FAULTS as fault:
                result.violations.append(str(fault) or repr(fault))
        return result

    def count_calls(self, library):
        """Calls that change files on the whole way of one feature."""
        with _Stage(self.template, ONE) as stage:
            scene, trace = stage.scene, stage.scene.folder / "calls"
            scene.start(LD_PRELOAD=str(library), CRASH_TRACE=str(trace), CRASH_BELOW=f"{scene.folder / 'state'}:{scene.folder / 'cache'}:{scene.vault}")
            stage.person.plan()
            stage.rest()
            return len(trace.read_text().split("\n")) - 1


class _Stage:
    """A scene with its model and its person; gone at the end."""

    def __init__(self, template, features):
        self.model = ScriptedModel(WRONG)
        self.scene = Scene(template, self.model)
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

    def end(self, result, interruptions=0, needed=None):
        """Stops Ferry and looks whether all is as it must be."""
        # One that has just begun may not have heard of SIGTERM yet.
        self.scene.wait(lambda: not self.scene.is_alive or "start.afterDone" in self.scene.points(), 30, "the start")
        if not self.scene.stop():
            result.violations.append("it did not stop at SIGTERM")
        result.violations += invariants.violations(self.scene, self.person, interruptions, needed)
