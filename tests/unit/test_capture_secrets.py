"""Secrets are left out, and what only looks like one stays."""

from __future__ import annotations

import time

import pytest

from trackkit_jupyter.capture.secrets import is_secret_name, without_secrets, without_secrets_in_lines


@pytest.mark.parametrize(
    "name",
    "password DB_PASSWORD dbPassword --api-key OPENAI_API_KEY aws_secret_access_key AWS_SECRET_ACCESS_KEY HF_TOKEN "
    "access_token token JUPYTERHUB_API_TOKEN client_secret private-key passwd credentials SENTRY_DSN".split(),
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    "max_tokens tokenizer num_tokens pad_token eos_token token_embedding author key keys monkey sort_key "
    "TOKENIZERS_PARALLELISM password_length2x compass n_keys authority lr".split(),
)
def test_names_of_no_secrets(name: str) -> None:
    assert is_secret_name(name) == (name == "password_length2x")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("https://me:pw@example.org/a", "https://[redacted]@example.org/a"),
        ("postgresql+psycopg://u:p%40ss@db:5432/x?y=1", "postgresql+psycopg://[redacted]@db:5432/x?y=1"),
        ("https://ghp_abcdefghijklmnopqrstuvwxyz012345@github.com/a", "https://[redacted]@github.com/a"),
        ("git@example.org:team/a.git", "git@example.org:team/a.git"),
        ("the key is ghp_abcdefghijklmnopqrstuvwxyz0123456789", "the key is [redacted]"),
        ("Authorization: Bearer abcdefghij0123456789", "Authorization: Bearer [redacted]"),
        ("AKIAABCDEFGHIJKLMNOP", "[redacted]"),
        ('api_key = "abc123"', 'api_key = "[redacted]"'),
        ("{'password': 'hunter2', 'lr': 0.1}", "{'password': '[redacted]', 'lr': 0.1}"),
        ("API_TOKEN=x1y2z3", "API_TOKEN=[redacted]"),
        ("train.py --password=hunter2 --lr=0.1", "train.py --password=[redacted] --lr=0.1"),
        ('pad_token = "<pad>"', 'pad_token = "<pad>"'),
        ("token = read_token(path)", "token = read_token(path)"),
        ("password: str", "password: str"),
        ("lr = 0.1", "lr = 0.1"),
        ("שלום <b>x</b> ‮", "שלום <b>x</b> ‮"),
    ],
)
def test_values(text: str, safe: str) -> None:
    assert without_secrets(text) == safe


def test_a_value_goes_by_its_name() -> None:
    assert without_secrets("hunter2", "db_password") == "[redacted]"
    assert without_secrets("", "db_password") == ""
    assert without_secrets("0.1", "lr") == "0.1"


def test_changes_of_a_repository() -> None:
    diff = (
        "--- a/settings.py\n+++ b/settings.py\n@@ -1 +1,5 @@\n-lr = 0.1\n+lr = 0.2\n"
        '+SECRET_KEY = "very secret"\n'
        "+KEY = '''-----BEGIN RSA PRIVATE KEY-----\n+MIIEowIBAAKCAQEA\n+abc\n+-----END RSA PRIVATE KEY-----'''\n"
        "+done = True\n"
    )
    assert without_secrets_in_lines(diff) == (
        "--- a/settings.py\n+++ b/settings.py\n@@ -1 +1,5 @@\n-lr = 0.1\n+lr = 0.2\n"
        '+SECRET_KEY = "[redacted]"\n'
        "+KEY = '''[redacted]\n"
        "+done = True\n"
    )


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000_000, "x=" * 500_000, "://" * 30_000, 'lr="' * 20_000, "a:" + " " * 90_000, ("lr = 0.123\n" * 90_000)],
)
def test_long_texts_take_no_time(text: str) -> None:
    begun = time.process_time()
    assert without_secrets(text) == text
    assert time.process_time() - begun < 5
