"""Views of a Swift or C source, line by line: with and without comments and strings. A small scanner, not a parser."""

import re

_OPEN_STRING = re.compile(r'(#*)("""|")')


class SwiftSource:
    """`code` has comments and the text of strings blanked out, `uncommented` only comments, `comments` all but comments."""

    def __init__(self, text):
        self.lines = text.split("\n")
        code, uncommented, comments = _scan(text)
        self.code = code.split("\n")
        self.uncommented = uncommented.split("\n")
        self.comments = comments.split("\n")


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def _scan(text):
    code, uncommented, comments = [], [], []
    # What we are inside of, innermost last: a string as (marks, quote), or an interpolation as its open parentheses.
    stack = []
    i = 0

    def emit(piece, kind):
        blank = _blank(piece)
        code.append(piece if kind == "code" else blank)
        uncommented.append(blank if kind == "comment" else piece)
        comments.append(piece if kind == "comment" else blank)

    while i < len(text):
        if stack and isinstance(stack[-1], tuple):
            marks, quote = stack[-1]
            if text.startswith(quote + marks, i):
                emit(quote + marks, "code")
                i += len(quote + marks)
                stack.pop()
            elif text.startswith("\\" + marks + "(", i):
                emit("\\" + marks + "(", "string")
                i += len(marks) + 2
                stack.append(1)
            elif text.startswith("\\" + marks, i) and i + len(marks) + 1 < len(text):
                emit(text[i : i + len(marks) + 2], "string")
                i += len(marks) + 2
            elif text[i] == "\n" and quote == '"':
                emit("\n", "code")
                i += 1
                stack.pop()
            else:
                emit(text[i], "string")
                i += 1
            continue
        opening = _OPEN_STRING.match(text, i)
        if text.startswith("//", i):
            end = text.find("\n", i)
            end = len(text) if end < 0 else end
            emit(text[i:end], "comment")
            i = end
        elif text.startswith("/*", i):
            end = _end_of_block_comment(text, i)
            emit(text[i:end], "comment")
            i = end
        elif opening:
            emit(opening.group(), "code")
            i = opening.end()
            stack.append((opening.group(1), opening.group(2)))
        else:
            if stack and text[i] == "(":
                stack[-1] += 1
            elif stack and text[i] == ")":
                stack[-1] -= 1
                if stack[-1] == 0:
                    stack.pop()
            emit(text[i], "code")
            i += 1
    return "".join(code), "".join(uncommented), "".join(comments)


def _end_of_block_comment(text, start):
    depth, i = 1, start + 2
    while i < len(text) and depth:
        if text.startswith("/*", i):
            depth, i = depth + 1, i + 2
        elif text.startswith("*/", i):
            depth, i = depth - 1, i + 2
        else:
            i += 1
    return i
