"""Has a conversation with a model by the vendor's own SDK, the way its documents show: settings and what the user says come from the requests of somebody else
(standard input, JSON), what the model said goes back as the SDK gave it. What the server gets is to be compared."""

import json
import sys


def added(items, is_answer):
    """What stands behind the last answer."""
    last = max((index for index, item in enumerate(items) if is_answer(item)), default=-1)
    return items[last + 1:]


def rest(body, *names):
    return {name: value for name, value in body.items() if name not in names}


def anthropic_messages(base, key, bodies):
    import anthropic

    client = anthropic.Anthropic(api_key=key, base_url=base, max_retries=0)
    messages = []
    for body in bodies:
        messages += added(body["messages"], lambda message: message["role"] == "assistant")
        with client.messages.stream(messages=messages, **rest(body, "messages", "stream")) as stream:
            answer = stream.get_final_message()
        messages.append({"role": "assistant", "content": answer.content})


def openai_chat(base, key, bodies):
    import openai

    client = openai.OpenAI(api_key=key, base_url=f"{base}/v1", max_retries=0)
    messages = []
    for body in bodies:
        messages += added(body["messages"], lambda message: message["role"] == "assistant")
        with client.chat.completions.stream(messages=messages, **rest(body, "messages", "stream")) as stream:
            answer = stream.get_final_completion()
        message = answer.choices[0].message
        # As the documents of Chat Completions send it back: what was said and what was called.
        back = {"role": "assistant", "content": message.content}
        if message.tool_calls:
            back["tool_calls"] = [
                {"id": call.id, "type": call.type, "function": {"name": call.function.name, "arguments": call.function.arguments}}
                for call in message.tool_calls
            ]
        messages.append(back)


def openai_responses(base, key, bodies):
    import openai

    client = openai.OpenAI(api_key=key, base_url=f"{base}/v1", max_retries=0)
    said = ("reasoning", "function_call")
    items = []
    for body in bodies:
        items += added(body["input"], lambda item: item.get("type") in said or item.get("role") == "assistant")
        for event in client.responses.create(input=items, **rest(body, "input")):
            if event.type == "response.completed":
                items += event.response.output


def gemini(base, key, bodies):
    from google import genai
    from google.genai import types

    client = genai.Client(api_key=key, http_options=types.HttpOptions(base_url=base))
    contents = []
    for body in bodies:
        contents += [types.Content.model_validate(content) for content in added(body["contents"], lambda content: content.get("role") == "model")]
        settings = {**body.get("generationConfig", {}), **rest(body, "contents", "generationConfig", "model")}
        settings["automaticFunctionCalling"] = {"disable": True}
        config = types.GenerateContentConfig.model_validate(settings)
        parts = []
        for chunk in client.models.generate_content_stream(model=body["model"], contents=contents, config=config):
            parts += chunk.candidates[0].content.parts
        contents.append(types.Content(role="model", parts=parts))


CONVERSATIONS = {"anthropic": anthropic_messages, "openai": openai_chat, "openai-responses": openai_responses, "gemini": gemini}


if __name__ == "__main__":
    given = json.load(sys.stdin)
    CONVERSATIONS[given["api"]](given["base"], given["key"], given["bodies"])
