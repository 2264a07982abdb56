"""A model that answers by rule, over Chat Completions on 127.0.0.1, and remembers every call."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Call:
    """What was asked: who, about which word, which turn of which conversation."""

    def __init__(self, request):
        messages = request["messages"]
        text = next(_text(message) for message in messages if message["role"] == "user")
        self.time = time.monotonic()
        self.role = _line(text, "Role")
        self.feature = _line(text, "Feature")
        self.run = _line(text, "Run")
        self.attempt = int(_line(text, "Attempt") or 1)
        self.turn = sum(message["role"] == "assistant" for message in messages) + 1
        self.step = 1 + _done(messages)
        words = re.findall(r"Say (\w+)", text)
        self.word = words[0].lower() if words else ""

    @property
    def place(self):
        return f"{self.feature}/{self.run} {self.role} {self.attempt}.{self.turn}"


def _text(message):
    content = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or [])


def _done(messages):
    """Answers whose calls were all carried out: one that was cut off is made again, as an agent would that reads what it is told."""
    done, is_cut = 0, True
    for message in messages:
        if message["role"] == "assistant":
            done, is_cut = done + (not is_cut), False
        elif message["role"] == "tool" and "Interrupted: Ferry was stopped" in _text(message):
            is_cut = True
    return done + (not is_cut)


def _line(text, name):
    found = re.search(rf"^{name}: (\S+)", text, re.M)
    return found.group(1) if found else ""


class ScriptedModel:
    """Writes `words/WORD` for a feature that says WORD; for the words in `wrong` it does so wrongly at first, and mends it when it is told.

    `tell` is called with each call as it comes; `pause` says for how many seconds it is then thought about.
    """

    def __init__(self, wrong=(), port=0, tell=lambda call: None, pause=lambda: 0):
        self.wrong = set(wrong)
        self.tell = tell
        self.pause = pause
        self.calls = []
        self._lock = threading.Lock()
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    body = model.answer(Call(request))
                    self._send(200, "text/event-stream", body)
                except KeyError as unknown:
                    self._send(400, "application/json", json.dumps({"error": {"message": f"no answer for {unknown}"}}).encode())

            def _send(self, status, kind, body):
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                """The client was killed."""

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def count(self):
        with self._lock:
            return len(self.calls)

    def answer(self, call):
        with self._lock:
            self.calls.append(call)
            self.tell(call)
            seconds = self.pause()
        time.sleep(seconds)
        tools = self._tools(call)
        calls = [
            {"index": number, "id": f"call_{call.turn}_{number}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
            for number, (name, arguments) in enumerate(tools)
        ]
        usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
        chunks = [
            {"id": "answer", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "", "tool_calls": calls}, "finish_reason": None}]},
            {"id": "answer", "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
            {"id": "answer", "choices": [], "usage": usage},
        ]
        return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"

    def _tools(self, call):
        if call.role == "planner":
            return [("finish", {"summary": "A plan.", "plan": f"Write words/{call.word}.", "questions": []})]
        if call.role in ("tester", "reviewer"):
            return [("finish", {"summary": "Nothing to find.", "findings": []})]
        if call.role != "coder":
            raise KeyError(call.place)
        path = f"words/{call.word}"
        is_wrong = call.word in self.wrong and call.attempt == 1
        if call.step == 1:
            reads = [("read", {"path": path})] if call.attempt > 1 else []
            return reads + [("write", {"path": path, "content": ("wrong" if is_wrong else call.word) + "\n"})]
        if call.step == 2:
            return [("bash", {"command": f"test -s {path}"})]
        answers = [{"finding": 1, "result": "mended", "how": "As asked for."}] if call.attempt > 1 else []
        return [("finish", {"summary": "It is written.", "answers": answers, "questions": []})]
