"""acp_client FILE.swift: runs the stand-in of an ACP agent, which the tests use, with the official SDK's client: what it says must be valid there."""

import asyncio
import os
import re
import sys
import tempfile

from acp import PROTOCOL_VERSION, RequestError, spawn_agent_process, text_block
from acp.schema import AllowedOutcome, InitializeResponse, NewSessionResponse, PromptResponse
from acp.schema import ReadTextFileRequest, RequestPermissionRequest, RequestPermissionResponse, SessionNotification

# The models are made from the protocol's schema.
REQUESTS = {"session/update": SessionNotification, "session/request_permission": RequestPermissionRequest, "fs/read_text_file": ReadTextFileRequest}
ANSWERS = [InitializeResponse, NewSessionResponse, PromptResponse]


class Client:
    def __init__(self):
        self.updates, self.asked = [], []

    def on_connect(self, connection):
        pass

    async def request_permission(self, options, session_id, tool_call, **_):
        self.asked.append(sorted(option.kind for option in options))
        return RequestPermissionResponse(outcome=AllowedOutcome(outcome="selected", option_id="once"))

    async def session_update(self, session_id, update, **_):
        self.updates.append(type(update).__name__)

    async def read_text_file(self, path, session_id, **_):
        raise RequestError.method_not_found("fs/read_text_file")


def invalid(messages):
    """What the schema does not have. The SDK reads over values that it does not know, so what it understood must be all that was said."""
    answers = iter(ANSWERS)
    for message in messages:
        model = REQUESTS[message["method"]] if "method" in message else next(answers)
        said = message["params"] if "method" in message else message["result"]
        understood = model.model_validate(said).model_dump(by_alias=True, exclude_unset=True, mode="json")
        if understood != said:
            yield said, understood


def stand_in(file):
    text = open(file).read()
    found = re.search(r'static let acp = #"""\n(.*?)\n        """#', text, re.S)
    return "\n".join(line[8:] for line in found.group(1).split("\n")) + "\n"


async def main():
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "acp-agent")
        with open(program, "w") as file:
            file.write(stand_in(sys.argv[1]))
        client, said = Client(), []

        def note(event):
            if event.direction.value == "incoming":
                said.append(event.message)

        async with spawn_agent_process(client, "/usr/bin/python3", program, "new.txt", "text", cwd=folder, observers=[note]) as (connection, _):
            await connection.initialize(protocol_version=PROTOCOL_VERSION)
            session = await connection.new_session(cwd="/work", mcp_servers=[])
            done = await connection.prompt(session_id=session.session_id, prompt=[text_block("go")])
            assert done.stop_reason == "end_turn", done
        assert open(os.path.join(folder, "new.txt")).read() == "text"
        assert client.asked == [["allow_always", "allow_once", "reject_once"]], client.asked
        assert {"AgentMessageChunk", "ToolCallStart", "ToolCallProgress"} <= set(client.updates), client.updates
        wrong = list(invalid(said))
        assert len(said) > 8 and not wrong, wrong


asyncio.run(main())
print("valid")
