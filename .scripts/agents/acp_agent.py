"""An agent on the official SDK of the Agent Client Protocol (PyPI agent-client-protocol), with a model behind it: asks, writes a file where it is permitted,
tells what it does, and ends its turn with the report. The model is reached with the Anthropic SDK, from the usual environment."""

import asyncio
import os
import subprocess
import sys

import anthropic
from acp import PROTOCOL_VERSION, InitializeResponse, NewSessionResponse, PromptResponse, run_agent
from acp import start_tool_call, text_block, tool_content, update_agent_message_text, update_tool_call
from acp.schema import AgentCapabilities, InitializeRequest, NewSessionRequest, PermissionOption, PromptRequest, ToolCallUpdate

# The models are made from the protocol's schema.
REQUESTS = {"initialize": InitializeRequest, "session/new": NewSessionRequest, "session/prompt": PromptRequest}

TOOLS = [
    {"name": name, "description": name, "input_schema": {
        "type": "object", "properties": {field: {"type": "string"} for field in fields}, "required": fields}}
    for name, fields in {"write": ["path", "content"], "bash": ["command"]}.items()
]
OPTIONS = [
    PermissionOption(option_id="yes", name="Allow", kind="allow_once"),
    PermissionOption(option_id="no", name="Reject", kind="reject_once"),
]


class Agent:
    def on_connect(self, connection):
        self.connection = connection

    async def initialize(self, protocol_version, client_capabilities=None, client_info=None, **_):
        return InitializeResponse(protocol_version=PROTOCOL_VERSION, agent_capabilities=AgentCapabilities(), auth_methods=[])

    async def new_session(self, cwd, mcp_servers=None, **_):
        self.cwd = cwd
        return NewSessionResponse(session_id="session-1")

    async def prompt(self, prompt, session_id, **_):
        model = anthropic.AsyncAnthropic()
        messages = [{"role": "user", "content": "\n".join(block.text for block in prompt)}]
        while True:
            answer = await model.messages.create(model=os.environ["ANTHROPIC_MODEL"], max_tokens=4000, tools=TOOLS, messages=messages)
            messages.append({"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in answer.content]})
            results = []
            for block in answer.content:
                if block.type == "text":
                    await self.tell(session_id, update_agent_message_text(block.text))
                elif block.type == "tool_use":
                    results.append({"type": "tool_result", "tool_use_id": block.id, "content": await self.use(session_id, block)})
            if not results:
                return PromptResponse(stop_reason="end_turn")
            messages.append({"role": "user", "content": results})

    async def tell(self, session_id, update):
        await self.connection.session_update(session_id=session_id, update=update)

    async def use(self, session_id, call):
        kind = "edit" if call.name == "write" else "execute"
        title = f"{call.name} {call.input.get('path') or call.input.get('command')}"
        await self.tell(session_id, start_tool_call(call.id, title, kind=kind, status="pending"))
        asked = await self.connection.request_permission(
            session_id=session_id, tool_call=ToolCallUpdate(tool_call_id=call.id, kind=kind), options=OPTIONS)
        if getattr(asked.outcome, "option_id", None) != "yes":
            await self.tell(session_id, update_tool_call(call.id, status="failed"))
            return "not permitted"
        if call.name == "write":
            path = os.path.join(self.cwd, call.input["path"])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(call.input["content"])
            output = "written"
        else:
            done = subprocess.run(["/bin/sh", "-c", call.input["command"]], cwd=self.cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            output = done.stdout + done.stderr or "no output"
        await self.tell(session_id, update_tool_call(call.id, status="completed", content=[tool_content(text_block(output))]))
        return output

    async def cancel(self, session_id, **_):
        pass


def look(event):
    """The SDK reads over values that it does not know, so what it understands of a request must be all of it."""
    message = event.message
    if event.direction.value == "incoming" and "method" in message:
        understood = REQUESTS[message["method"]].model_validate(message["params"]).model_dump(by_alias=True, exclude_unset=True, mode="json")
        if understood != message["params"]:
            print(f"the client sent {message['params']}, of which is valid {understood}", file=sys.stderr)
            os._exit(1)


asyncio.run(run_agent(Agent(), observers=[look]))
