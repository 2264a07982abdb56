"""One life of a machine whose power may fail: says on standard output what happens; whoever hears it may cut the power (`.scripts/power-loss`)."""

import os
import sqlite3
import sys
import time
from pathlib import Path

from . import invariants
from .features import EDIT, THREE, WRONG, Person
from .model import ScriptedModel
from .scene import STATES, Scene, Template

# The settings of the vault name it, so it is the same in each life.
PORT = 8765


def tell(*words):
    print(*words, flush=True)


def sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class KeptScene(Scene):
    """A person whose editor does not say that it has saved before the disk has: what is lost of that was lost by Ferry."""

    def edit(self, name, state, line):
        path = self.note(state, name)
        beside = path.with_name(f".{name}.swp")
        try:
            beside.write_text(path.read_text().rstrip("\n") + "\n\n" + line + "\n")
            sync(beside)
            if not path.exists():
                beside.unlink()
                return False
            os.rename(beside, path)
        except FileNotFoundError:
            return False
        sync(path.parent)
        tell("edited")
        return True


def main(folder, ferry, is_first, is_edited, points):
    """`points`: where Ferry stops for good. `is_edited`: the person has said so in an earlier life."""
    model = ScriptedModel(WRONG, PORT, lambda call: tell("call", call.place))
    (folder / "template").mkdir(exist_ok=True)
    template = Template(folder / "template", ferry, is_there=not is_first)
    scene = KeptScene(template, model, folder=folder / "scene")
    person = Person(scene, THREE)
    if is_first:
        person.plan()
        os.sync()
    person.is_edited = is_edited
    if not person.is_edited and any(EDIT in scene.read(state, "Bye") for state in STATES):
        # It was on the disk, and the power went before that was said.
        tell("edited")
        person.is_edited = True
    # By the kernel's boot_id, which stays the same here, Ferry tells a loss of power from an end of its own, which after two it would hold against a job.
    if not is_first:
        try:
            scene.change("UPDATE job SET unclean = 0")
        except sqlite3.OperationalError:
            pass  # Its tables were not made yet.
    scene.start(";".join(f"{point}=hang@1" for point in points))
    tell("started")

    def hit():
        return next((line.removesuffix(" !") for line in scene.points() if line.endswith(" !")), None)

    if not person.until(lambda: not scene.is_alive or hit()):
        if not scene.is_alive:
            return tell("wrong", "Ferry ended by itself", repr(scene.said()))
        tell("hit", hit())
        time.sleep(600)
    scene.wait(lambda: "start.afterDone" in scene.points(), 30, "the start")
    if not scene.stop():
        tell("wrong", "it did not stop at SIGTERM", repr(scene.said()))
    wrong = invariants.violations(scene, person)
    for line in wrong:
        tell("wrong", repr(line))
    if wrong:
        tell("story", repr(scene.rows("SELECT feature, run, time, text FROM event ORDER BY id")) + repr(scene.said()))
    tell("booked", scene.rows("SELECT count(*) FROM spending")[0][0])
    tell("rest")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "first", sys.argv[4] == "edited", [point for point in sys.argv[5].split(",") if point])
    except Exception as error:
        tell("wrong", repr(f"{error}"))
    sys.stdout.flush()
