"""Finds passwords, tokens and keys in what is recorded by itself, and leaves them out."""

from __future__ import annotations

import re

__all__ = ["MARK", "is_secret_name", "without_secrets", "without_secrets_in_lines"]

#: What stands in place of a secret.
MARK = "[redacted]"

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ALWAYS = frozenset(
    "password passwords passwd passphrase pwd secret secrets credential credentials apikey privatekey authorization "
    "cookie cookies dsn accesskey pat".split()
)
# A key is a secret only with one of these before it, and a token is none when it is one of a text.
_BEFORE_KEY = frozenset("api access private secret ssh encryption signing account master storage license auth".split())
_OF_TEXT = frozenset(
    "pad eos bos unk mask sep cls start end image special next first last stop begin new additional prefix suffix per "
    "decoder prompt target source word sub".split()
)
_FORMS = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[\w-]{18,}|sk-[A-Za-z0-9_-]{20,}"
    r"|hf_[A-Za-z0-9]{24,}|(?:AKIA|ASIA)[A-Z0-9]{16}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35}|npm_[A-Za-z0-9]{30,}"
    r"|pypi-[\w-]{30,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+|(?<=Bearer )[\w.~+/-]{16,}=*"
)
_USER = re.compile(r"(?<=://)([^\s/@:'\"]{0,200}):([^\s@'\"]{1,300})@(?=[\w\[])")
_TOKEN_USER = re.compile(r"(?<=https://)[^\s/@:'\"]{16,200}@(?=[\w\[])")
_ASSIGNED = re.compile(
    r"""(?<![\w-])(?P<name>-{0,2}[A-Za-z][\w.-]{1,60})(?P<between>["']?\s{0,20}(?:=|:(?!:))\s{0,20}|\s{1,20}(?=["']))"""
    r"""(?:(?P<quote>["'])(?P<quoted>[^"'\n]{3,1000})(?P=quote)|(?P<bare>[^\s"'&,;(){}\[\]]{4,}))"""
)
_CODE = re.compile(r"^[A-Za-z_][\w.]*$")
_KEY_BEGIN, _KEY_END = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"-----END [A-Z ]*PRIVATE KEY-----"),
)


def is_secret_name(name: str) -> bool:
    """Return whether what has this name is kept secret: ``db_password``, ``OPENAI_API_KEY``; not ``max_tokens``."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if _ALWAYS.intersection(words):
        return True
    pairs = list(zip(["", *words], words, strict=False))
    if any(word == "key" and before in _BEFORE_KEY for before, word in pairs):
        return True
    return bool(words) and (words[-1] == "token" or words == ["auth"]) and pairs[-1][0] not in _OF_TEXT


def without_secrets(text: str, name: str = "") -> str:
    """Return the value of something that is called `name` without what must not be kept.

    All of it goes if the name says that it is secret; else the user and password in addresses, what has the form of a
    known kind of token, private keys, and what is assigned to a secret name, as in ``--api-key=...``.
    """
    if name and text and is_secret_name(name):
        return MARK
    if len(text) > 4096 or "\n" in text:
        return without_secrets_in_lines(text)
    return _line(text)


def without_secrets_in_lines(text: str) -> str:
    """Return a long text, such as the changes of a repository, without what must not be kept, line by line."""
    lines = []
    in_key = False
    for line in text.splitlines(keepends=True):
        if in_key:
            in_key = not _KEY_END.search(line)
            continue
        if "PRIVATE KEY-----" in line and (begin := _KEY_BEGIN.search(line)):
            in_key = not _KEY_END.search(line)
            ending = "\n" if line.endswith("\n") else ""
            lines.append(f"{line[: begin.start()]}{MARK}{ending}")
            continue
        lines.append(_line(line))
    return "".join(lines)


def _line(text: str) -> str:
    if len(text) > 100_000:  # data, no text of a person; the forms are found wherever they are
        return _FORMS.sub(MARK, text)
    if "://" in text:
        text = _TOKEN_USER.sub(f"{MARK}@", _USER.sub(f"{MARK}@", text))
    if "=" in text or ":" in text or "--" in text:
        text = _ASSIGNED.sub(_assigned, text)
    return _FORMS.sub(MARK, text)


def _assigned(found: re.Match[str]) -> str:
    name, between = found["name"], found["between"]
    if not is_secret_name(name):
        return found[0]
    if found["quote"]:
        return f"{name}{between}{found['quote']}{MARK}{found['quote']}"
    # Unquoted it may be code: `token = read(...)` assigns no secret, `TOKEN=x1y2` does.
    if between.strip() == "=" and (between == "=" or not _CODE.match(found["bare"])) and not name[0].islower():
        return f"{name}{between}{MARK}"
    if between == "=" and name.startswith("-"):
        return f"{name}{between}{MARK}"
    return found[0]
