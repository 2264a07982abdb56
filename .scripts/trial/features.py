"""The scenario of the crash matrix: three features, one whose first code is wrong, one that depends on it, one that the person edits meanwhile."""

import time

from .scene import TrialFault

THREE = {"Thanks": "thanks", "Please": "please", "Bye": "bye"}
# The smallest: one feature, which the person edits.
ONE = {"Bye": "bye"}
WRONG = {"thanks"}
EDIT = "I have thought about it: in lower case."


def body(word):
    return f"# Say {word}\n\nThere shall be a file that says {word}.\n"


class Person:
    """Plans the features, approves what comes to review, edits one while it is at work, and looks on."""

    def __init__(self, scene, features=THREE):
        self.scene = scene
        self.features = features
        self.is_edited = False
        self.blocked = []

    def plan(self):
        for name, word in self.features.items():
            front = '---\ndepends_on: "[[Thanks]]"\n---\n' if name == "Please" else ""
            self.scene.write(name, front + body(word))

    def act(self):
        """What there is to do now. Returns whether all is done."""
        scene = self.scene
        for name in self.features:
            if "\nstatus: review\n" in scene.read("review", name):
                scene.move(name, "review", "done")
            text = scene.read("blocked", name)
            if "\nstatus: blocked\n" in text and scene.move(name, "blocked", "planned"):
                self.blocked.append(f"{name}: {scene.rows('SELECT waits_for FROM feature WHERE CAST(path AS TEXT) LIKE ?', f'%{name}.md')}")
        if not self.is_edited and "\nstatus: in_progress\n" in scene.read("in_progress", "Bye"):
            self.is_edited = scene.edit("Bye", "in_progress", EDIT)
        if not all("\nstatus: done\n" in scene.read("done", name) for name in self.features):
            return False
        done = scene.rows("SELECT count(*) FROM feature WHERE state = 'done' AND folder = 'done' AND approved = 0")
        return done == [(len(self.features),)] and not scene.rows("SELECT 1 FROM job WHERE state IN ('ready', 'running')")

    def until(self, ends, seconds=60):
        """Acts until all is done (`True`), or something ends the waiting (`False`)."""
        limit = time.monotonic() + seconds
        while True:
            if self.act():
                return True
            if ends():
                return False
            if time.monotonic() > limit:
                raise TrialFault(f"it did not come to rest within {seconds} s{self.scene.story()}")
            time.sleep(0.01)
