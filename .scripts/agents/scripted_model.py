"""A model that follows a script, over HTTP: Anthropic Messages, OpenAI Responses and Chat Completions, streamed or whole, and Gemini, streamed.

The script has, for each role of Ferry's agents, what the model does in each of its turns: `think`, say `text`, `read` a file, `write` files, `run` a command, `report`. Which tool that is
depends on the tools that the request offers, so the same script works for Ferry's own loop and for programs of others. The number of a turn is told by the
request, so that nothing is kept: a conversation that is begun anew begins anew here. Each request is kept with the tokens that it was told to have used, and with
the monotonic times at which it had `arrived` and was `answered`, but for the last event.
"""

import base64
import http.server
import json
import re
import sys
import threading
import time


class ScriptedModel:
    """Serves on a port of the loopback until `stop`."""

    def __init__(self, script, key, root="/work"):
        """`root`: where a program whose tools want whole paths works."""
        self.script, self.key, self.root = script, key, root
        self.requests, self.lock = [], threading.Lock()
        # A turn of a role that is held back: who waits for `reached` knows that it was asked for, and `opened` lets it be answered.
        self.held, self.reached, self.opened = None, threading.Event(), threading.Event()
        model = self

        class Connection(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Small pieces of an answer do not wait for each other.
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.answer(404, {"error": {"type": "not_found_error", "message": f"no GET {self.path}"}})

            def do_POST(self):
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                model.serve(self, raw, time.monotonic())

            def answer(self, status, body, kept=None):
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                if kept is not None:
                    kept["answered"] = time.monotonic()
                self.wfile.write(text)

            def stream(self, events, named, kept):
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for event in events:
                    text = event if isinstance(event, str) else json.dumps(event)
                    name = f"event: {event['type']}\n" if named else ""
                    piece = f"{name}data: {text}\n\n".encode()
                    kept["answered"] = time.monotonic()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    self.wfile.flush()
                self.wfile.write(b"0\r\n\r\n")

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                # Whoever goes away in the middle is no fault of the model's.
                if not isinstance(sys.exc_info()[1], ConnectionError):
                    super().handle_error(request, client_address)

        self.server = Server(("127.0.0.1", 0), Connection)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, connection, raw, arrived):
        path = connection.path.split("?")[0]
        headers = {name.lower(): value for name, value in connection.headers.items()}
        shown = headers.get("x-api-key") or headers.get("x-goog-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        wire = next((wire for wire in WIRES if wire.path in path), None)
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        kept = {"path": connection.path, "headers": headers, "body": body, "raw": raw, "usage": None, "status": 200, "arrived": arrived}
        with self.lock:
            self.requests.append(kept)
        if path.endswith("/count_tokens"):
            return connection.answer(200, {"input_tokens": max(1, len(raw) // 4)})
        if wire is None or body is None:
            kept["status"] = 404
            return connection.answer(404, {"type": "error", "error": {"type": "not_found_error", "message": f"nothing at {path}"}})
        if shown != self.key:
            kept["status"] = 401
            return connection.answer(401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid key"}})
        said = self.turn(wire(body))
        if isinstance(said, str):
            kept["status"] = 400
            return connection.answer(400, {"type": "error", "error": {"type": "invalid_request_error", "message": said}})
        thought, text, calls, role, number = said
        if self.held == (role, number):
            self.reached.set()
            self.opened.wait(60)
        # Half of a later turn comes from the cache, so that a sum which counts it twice, or not, shows.
        total = max(4, len(raw) // 4)
        cached = total // 2 if number > 0 else 0
        usage = {"fresh": total - cached, "cached": cached, "output": max(1, len(json.dumps([text, calls])) // 4)}
        kept.update(usage=usage, role=role, turn=number)
        # The same names whenever the same turn is asked for.
        answer = wire(body).answer(thought, text, calls, usage, f"{role}_{number}")
        try:
            if body.get("stream") or wire is Gemini:
                return connection.stream(answer.events(), wire.named, kept)
            return connection.answer(200, answer.whole(), kept)
        except (BrokenPipeError, ConnectionResetError):
            # Whoever asked is gone: killed, perhaps.
            connection.close_connection = True

    def turn(self, request):
        """The thought, the words, the calls, the role and the number of the turn that is asked for, or why there is none."""
        found = re.search(r"^Role: (\w+)", request.words(), re.M)
        if found is None:
            # A title, a summary: what programs ask beside their work.
            return "", "Said goodbye", [], None, 0
        role, number = found.group(1), request.turns()
        turns = self.script.get(role)
        if turns is None or number >= len(turns):
            return f"the script has no turn {number + 1} of the {role}"
        turn, tools = turns[number], request.tools()
        calls = []
        if "read" in turn:
            calls.append(reading(tools, self.root, turn["read"]))
        for path, content in turn.get("write", {}).items():
            calls.append(writing(tools, self.root, path, content))
        if "run" in turn:
            calls.append(running(tools, turn["run"]))
        thought, text = turn.get("think", ""), turn.get("text", "")
        if "report" in turn:
            name = next((name for name in ("finish", "StructuredOutput") if name in tools), None)
            if name is None:
                return thought, json.dumps(turn["report"]), [], role, number
            calls.append((name, turn["report"]))
        if any(call is None for call in calls):
            return f"none of these tools reads, writes or runs anything: {sorted(tools)}"
        return thought, text, [(f"{i + 1}", name, given) for i, (name, given) in enumerate(calls)], role, number


def reading(tools, root, path):
    if "Read" in tools:
        return "Read", {"file_path": f"{root}/{path}"}
    if "read" in tools:
        return "read", {"path": path}
    return running(tools, f"cat {path}")


def writing(tools, root, path, content):
    if "Write" in tools:
        return "Write", {"file_path": f"{root}/{path}", "content": content}
    if "write" in tools:
        return "write", {"path": path, "content": content}
    folder = path.rpartition("/")[0] or "."
    return running(tools, f"mkdir -p {folder} && cat > {path} <<'END'\n{content}END")


def running(tools, command):
    if "Bash" in tools:
        return "Bash", {"command": command, "description": "Part of the work"}
    if "bash" in tools:
        return "bash", {"command": command}
    if "exec_command" in tools:
        return "exec_command", {"cmd": command}
    if "shell_command" in tools:
        return "shell_command", {"command": command}
    if "exec" in tools:
        return "exec", f"const done = await tools.exec_command({{cmd: {json.dumps(command)}}});\ntext(done);\n"
    return None


def names(tools):
    for tool in tools:
        if tool.get("type") == "namespace":
            yield from names(tool["tools"])
        elif "name" in tool:
            yield tool["name"]


def text_of(content):
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text") or "" for part in content or [] if isinstance(part, dict))


class Answer:
    def __init__(self, body, thought, text, calls, usage, number):
        self.model, self.thought, self.text, self.calls, self.usage, self.number = body.get("model"), thought, text, calls, usage, number

    def seal(self):
        """What only the vendor could read: base64, as theirs."""
        return base64.b64encode(f"sealed {self.number}".encode()).decode()

    def call_id(self, prefix, index):
        return f"{prefix}_{self.number}_{index}"


class Messages:
    """Anthropic Messages."""

    path, named = "/v1/messages", True

    def __init__(self, body):
        self.body = body

    def words(self):
        return "\n".join(text_of(message["content"]) for message in self.body["messages"] if message["role"] == "user")

    def turns(self):
        """Those that called tools: programs put words of their own between them when they resume a session."""
        said = (message for message in self.body["messages"] if message["role"] == "assistant" and isinstance(message["content"], list))
        return sum(any(block["type"] == "tool_use" for block in message["content"]) for message in said)

    def tools(self):
        return {tool["name"] for tool in self.body.get("tools") or []}

    def answer(self, *said):
        return MessagesAnswer(self.body, *said)


class MessagesAnswer(Answer):
    def counts(self, output):
        return {"input_tokens": self.usage["fresh"], "cache_creation_input_tokens": 0, "cache_read_input_tokens": self.usage["cached"], "output_tokens": output}

    def head(self):
        return {"id": f"msg_{self.number}", "type": "message", "role": "assistant", "model": self.model, "content": [], "stop_reason": None,
                "stop_sequence": None, "usage": self.counts(1)}

    def blocks(self):
        blocks = [{"type": "thinking", "thinking": self.thought, "signature": self.seal()}] if self.thought else []
        blocks += [{"type": "text", "text": self.text}] if self.text else []
        return blocks + [{"type": "tool_use", "id": self.call_id("toolu", i), "name": name, "input": given} for i, name, given in self.calls]

    def stop(self):
        return "tool_use" if self.calls else "end_turn"

    def whole(self):
        return {**self.head(), "content": self.blocks(), "stop_reason": self.stop(), "usage": self.counts(self.usage["output"])}

    def events(self):
        yield {"type": "message_start", "message": self.head()}
        yield {"type": "ping"}
        for index, block in enumerate(self.blocks()):
            at = {"index": index}
            if block["type"] == "thinking":
                yield {"type": "content_block_start", **at, "content_block": {"type": "thinking", "thinking": "", "signature": ""}}
                yield {"type": "content_block_delta", **at, "delta": {"type": "thinking_delta", "thinking": block["thinking"]}}
                yield {"type": "content_block_delta", **at, "delta": {"type": "signature_delta", "signature": block["signature"]}}
            elif block["type"] == "text":
                yield {"type": "content_block_start", **at, "content_block": {"type": "text", "text": ""}}
                for piece in pieces(block["text"]):
                    yield {"type": "content_block_delta", **at, "delta": {"type": "text_delta", "text": piece}}
            else:
                yield {"type": "content_block_start", **at, "content_block": {**block, "input": {}}}
                for piece in pieces(json.dumps(block["input"])):
                    yield {"type": "content_block_delta", **at, "delta": {"type": "input_json_delta", "partial_json": piece}}
            yield {"type": "content_block_stop", **at}
        yield {"type": "message_delta", "delta": {"stop_reason": self.stop(), "stop_sequence": None}, "usage": self.counts(self.usage["output"])}
        yield {"type": "message_stop"}


class Responses:
    """OpenAI Responses."""

    path, named = "/v1/responses", True

    def __init__(self, body):
        self.body = body

    def items(self):
        given = self.body.get("input")
        return [{"type": "message", "role": "user", "content": given}] if isinstance(given, str) else given or []

    def words(self):
        return "\n".join(text_of(item.get("content")) for item in self.items() if item.get("role") == "user")

    def turns(self):
        count, before = 0, False
        for item in self.items():
            said = item.get("type") in ("function_call", "custom_tool_call")
            count += said and not before
            before = said
        return count

    def tools(self):
        """Also those that Codex gives its newest models: in an item of their own, one of them free text that is run as JavaScript."""
        given = list(self.body.get("tools") or [])
        given += [tool for item in self.items() if item.get("type") == "additional_tools" for tool in item["tools"]]
        return set(names(given))

    def answer(self, *said):
        return ResponsesAnswer(self.body, *said)


class ResponsesAnswer(Answer):
    def items(self):
        items = []
        if self.thought:
            items.append({"type": "reasoning", "id": f"rs_{self.number}", "summary": [{"type": "summary_text", "text": self.thought}],
                          "encrypted_content": self.seal()})
        if self.text:
            items.append({"type": "message", "id": f"msg_{self.number}", "role": "assistant", "status": "completed",
                          "content": [{"type": "output_text", "text": self.text, "annotations": []}]})
        for i, name, given in self.calls:
            if isinstance(given, str):
                items.append({"type": "custom_tool_call", "id": self.call_id("ctc", i), "call_id": self.call_id("call", i), "name": name,
                              "namespace": "functions", "input": given, "status": "completed"})
                continue
            items.append({"type": "function_call", "id": self.call_id("fc", i), "call_id": self.call_id("call", i), "name": name,
                          "arguments": json.dumps(given), "status": "completed"})
        return items

    def response(self, status, items, usage):
        return {"id": f"resp_{self.number}", "object": "response", "created_at": 1795222915, "status": status, "model": self.model, "output": items,
                "error": None, "incomplete_details": None, "parallel_tool_calls": False, "usage": usage}

    def whole(self):
        total = self.usage["fresh"] + self.usage["cached"]
        usage = {"input_tokens": total, "input_tokens_details": {"cached_tokens": self.usage["cached"]}, "output_tokens": self.usage["output"],
                 "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": total + self.usage["output"]}
        return self.response("completed", self.items(), usage)

    def events(self):
        for number, event in enumerate(self.unnumbered()):
            yield {**event, "sequence_number": number}

    def unnumbered(self):
        yield {"type": "response.created", "response": self.response("in_progress", [], None)}
        for index, item in enumerate(self.items()):
            at = {"item_id": item["id"], "output_index": index}
            if item["type"] == "reasoning":
                yield {"type": "response.output_item.added", "output_index": index, "item": {**item, "summary": []}}
            elif item["type"] == "message":
                yield {"type": "response.output_item.added", "output_index": index, "item": {**item, "content": [], "status": "in_progress"}}
                yield {"type": "response.content_part.added", **at, "content_index": 0, "part": {"type": "output_text", "text": "", "annotations": []}}
                for piece in pieces(self.text):
                    yield {"type": "response.output_text.delta", **at, "content_index": 0, "delta": piece}
                yield {"type": "response.output_text.done", **at, "content_index": 0, "text": self.text}
                yield {"type": "response.content_part.done", **at, "content_index": 0, "part": item["content"][0]}
            elif item["type"] == "custom_tool_call":
                yield {"type": "response.output_item.added", "output_index": index, "item": {**item, "input": "", "status": "in_progress"}}
                for piece in pieces(item["input"]):
                    yield {"type": "response.custom_tool_call_input.delta", **at, "delta": piece}
                yield {"type": "response.custom_tool_call_input.done", **at, "input": item["input"]}
            else:
                yield {"type": "response.output_item.added", "output_index": index, "item": {**item, "arguments": "", "status": "in_progress"}}
                for piece in pieces(item["arguments"]):
                    yield {"type": "response.function_call_arguments.delta", **at, "delta": piece}
                yield {"type": "response.function_call_arguments.done", **at, "arguments": item["arguments"]}
            yield {"type": "response.output_item.done", "output_index": index, "item": item}
        yield {"type": "response.completed", "response": self.whole()}


class Chat:
    """OpenAI Chat Completions."""

    path, named = "/v1/chat/completions", False

    def __init__(self, body):
        self.body = body

    def words(self):
        return "\n".join(text_of(message.get("content")) for message in self.body["messages"] if message["role"] == "user")

    def turns(self):
        return sum(bool(message.get("tool_calls")) for message in self.body["messages"])

    def tools(self):
        return {tool["function"]["name"] for tool in self.body.get("tools") or [] if "function" in tool}

    def answer(self, *said):
        return ChatAnswer(self.body, *said)


class ChatAnswer(Answer):
    def tool_calls(self):
        return [{"id": self.call_id("call", i), "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
                for i, name, given in self.calls]

    def counts(self):
        total = self.usage["fresh"] + self.usage["cached"]
        return {"prompt_tokens": total, "completion_tokens": self.usage["output"], "total_tokens": total + self.usage["output"],
                "prompt_tokens_details": {"cached_tokens": self.usage["cached"]}, "completion_tokens_details": {"reasoning_tokens": 0}}

    def finish(self):
        return "tool_calls" if self.calls else "stop"

    def head(self, kind):
        return {"id": f"chatcmpl-{self.number}", "object": kind, "created": 1795222915, "model": self.model}

    def whole(self):
        message = {"role": "assistant", "content": self.text or None}
        if self.calls:
            message["tool_calls"] = self.tool_calls()
        return {**self.head("chat.completion"), "choices": [{"index": 0, "message": message, "finish_reason": self.finish()}], "usage": self.counts()}

    def events(self):
        def chunk(delta, finish=None):
            return {**self.head("chat.completion.chunk"), "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

        yield chunk({"role": "assistant", "content": ""})
        for piece in pieces(self.text):
            yield chunk({"content": piece})
        for index, call in enumerate(self.tool_calls()):
            yield chunk({"tool_calls": [{**call, "index": index, "function": {"name": call["function"]["name"], "arguments": ""}}]})
            for piece in pieces(call["function"]["arguments"]):
                yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        yield chunk({}, self.finish())
        yield {**self.head("chat.completion.chunk"), "choices": [], "usage": self.counts()}
        yield "[DONE]"


class Gemini:
    """Gemini's streamGenerateContent."""

    path, named = ":streamGenerateContent", False

    def __init__(self, body):
        self.body = body

    def parts(self, role):
        return [part for content in self.body["contents"] if content.get("role", "user") == role for part in content["parts"]]

    def words(self):
        return "\n".join(part.get("text") or "" for part in self.parts("user"))

    def turns(self):
        return sum(content.get("role") == "model" and any("functionCall" in part for part in content["parts"]) for content in self.body["contents"])

    def tools(self):
        return {tool["name"] for group in self.body.get("tools") or [] for tool in group.get("functionDeclarations") or []}

    def answer(self, *said):
        return GeminiAnswer(self.body, *said)


class GeminiAnswer(Answer):
    def events(self):
        total = self.usage["fresh"] + self.usage["cached"]
        counts = {"promptTokenCount": total, "cachedContentTokenCount": self.usage["cached"], "candidatesTokenCount": self.usage["output"],
                  "totalTokenCount": total + self.usage["output"]}
        parts = [{"text": self.thought, "thought": True}] if self.thought else []
        parts += [{"text": piece} for piece in pieces(self.text)]
        for index, (_, name, given) in enumerate(self.calls):
            seal = {"thoughtSignature": self.seal()} if index == 0 else {}
            parts.append({"functionCall": {"name": name, "args": given}, **seal})
        for index, part in enumerate(parts):
            end = {"finishReason": "STOP"} if index == len(parts) - 1 else {}
            yield {"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0, **end}], "usageMetadata": counts,
                   "responseId": f"gemini_{self.number}"}


WIRES = [Messages, Responses, Chat, Gemini]


def pieces(text):
    """As models speak: a few characters at a time."""
    for start in range(0, len(text), 40):
        yield text[start:start + 40]
