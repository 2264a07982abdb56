"""Compares the bodies of Ferry's requests with those that the vendors' own SDKs make of the same conversation."""

import json
import os
import re
import subprocess

from scripted_model import ScriptedModel

# What differs for a reason: where, as a pattern of the path, and why.
RESPONSES = "openai-responses"
REASONS = {
    (RESPONSES, "input.*.id"): "the names of items are for those that OpenAI stores, and Ferry lets it store none",
    (RESPONSES, "input.*.status"): "an item that is sent back is complete",
    (RESPONSES, "input.*.content"): "words of the model are sent back as text, without the list and the annotations around it",
}
NAMES = "`snake_case` of the SDK is taken for `camelCase`: in the JSON of protocol buffers they are the same"
THOUGHTS = "`contents.*.parts` with `thought` are not sent back: they are summaries for people, and the signature of the call stands for the thoughts"


def same_conversation(script, api, bodies, sdks, program):
    """The bodies that the SDK makes. `bodies` are Ferry's."""
    key = "sdk-key-0123456789"
    model = ScriptedModel(script, key)
    try:
        given = {"api": api, "base": f"http://127.0.0.1:{model.port}", "key": key, "bodies": bodies}
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8", "PYTHONPATH": str(sdks)}
        done = subprocess.run(["/usr/bin/python3", str(program)], input=json.dumps(given), env=environment, capture_output=True, text=True, timeout=120)
        asked = [body_of(request) for request in model.requests]
        if done.returncode != 0:
            raise AssertionError(f"the SDK of {api} does not have this conversation:\n{done.stderr[-3000:]}")
        return asked
    finally:
        model.stop()


def body_of(request):
    """With the model's name, which Gemini has in the address."""
    found = re.search(r"/models/([^:]+):", request["path"])
    return {**request["body"], **({"model": found.group(1)} if found else {})}


def differences(ferry, sdk, path=""):
    """The places where two bodies differ, each with both sides. Marks for the cache are Ferry's own choice."""
    if isinstance(ferry, dict) and isinstance(sdk, dict):
        for name in sorted((set(ferry) | set(sdk)) - {"cache_control"}):
            place = f"{path}.{name}" if path else name
            if name not in ferry or name not in sdk:
                yield place, shown(ferry, name), shown(sdk, name)
            else:
                yield from differences(ferry[name], sdk[name], place)
    elif isinstance(ferry, list) and isinstance(sdk, list) and len(ferry) == len(sdk):
        for index, (one, other) in enumerate(zip(ferry, sdk)):
            yield from differences(one, other, f"{path}.{index}")
    elif ferry != sdk:
        yield path, brief(ferry), brief(sdk)


def shown(body, name):
    return brief(body[name]) if name in body else "nothing"


def alike(api, body):
    """The SDK's body without what differs in form alone, and why."""
    if api != "gemini":
        return body, set()
    reasons = set()

    def named(value):
        if isinstance(value, list):
            return [named(item) for item in value]
        if not isinstance(value, dict):
            return value
        renamed = {}
        for name, item in value.items():
            new = re.sub(r"_(\w)", lambda found: found.group(1).upper(), name)
            reasons.update({NAMES} if new != name else ())
            # What tools take is not the protocol's.
            renamed[new] = item if new in ("args", "response", "parametersJsonSchema") else named(item)
        return renamed

    body = named(body)
    for content in body["contents"]:
        spoken = [part for part in content["parts"] if not part.get("thought")]
        reasons.update({THOUGHTS} if len(spoken) < len(content["parts"]) else ())
        content["parts"] = spoken
    return body, reasons


def brief(value):
    text = json.dumps(value)
    return text if len(text) <= 200 else text[:200] + "…"


def fields(value):
    if isinstance(value, dict):
        return sum(fields(item) for item in value.values())
    if isinstance(value, list):
        return sum(fields(item) for item in value)
    return 1


def compare(api, ferry, sdk):
    """A line of the document. Raises AssertionError where a difference has no reason."""
    if len(ferry) != len(sdk):
        raise AssertionError(f"{api}: Ferry made {len(ferry)} requests, the SDK {len(sdk)}")
    reasons, wrong = set(), []
    for number, (one, other) in enumerate(zip(ferry, sdk)):
        other, found = alike(api, other)
        reasons |= found
        for path, ours, theirs in differences(one, other):
            place = re.sub(r"\.\d+", ".*", path)
            reason = REASONS.get((api, place))
            if reason:
                reasons.add(f"`{place}`: {reason}")
            else:
                wrong.append(f"{api}, request {number + 1}, {path}: Ferry sends {ours}, the SDK {theirs}")
    if wrong:
        raise AssertionError("\n".join(wrong[:40]))
    told = "; ".join(sorted(reasons)) or "none"
    return f"| {api} | {len(ferry)} | {sum(fields(body) for body in ferry)} | {told} |"
