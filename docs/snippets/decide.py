#!/usr/bin/env python3
"""Asks before acting, waits for people where they must decide, and asks again. Needs nothing but Python 3.9.

    CONSOLE_URL=https://trust.example.org CONSOLE_TOKEN=utc_… decide.py SUBJECT ACTION UNIT [FILE]

FILE holds what is about to be done: the approval is bound to its hash. CONSOLE_WAIT is how many seconds to wait for
people (900). Prints the decision and the receipt's id. Exit code: 0 for ALLOW and for nothing else.
"""

import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

URL = os.environ["CONSOLE_URL"]
TOKEN = os.environ["CONSOLE_TOKEN"]
WAIT_SECONDS = float(os.environ.get("CONSOLE_WAIT", "900"))


def call(path, body=None, headers=None):
    """One call; tries again after 429, 503 and lost connections, as Retry-After says."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(URL + path, data, headers)
    for pause in (1, 2, 4, 8, None):
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503) or pause is None:
                raise SystemExit(f"{error.code}: {error.read().decode()}") from None
            time.sleep(float(error.headers.get("Retry-After", pause)))
        except OSError as error:
            if pause is None:
                raise SystemExit(f"no answer: {error}") from None
            time.sleep(pause)


def ask(question):
    # One key for one question, however often it is sent: what was decided once is not decided again.
    return call("/api/v1/decide", question, {"Idempotency-Key": str(uuid.uuid4())})


def wait(approval):
    """Whether it was decided before the deadline."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if call(f"/api/v1/approvals/{approval}?wait=30")["status"] != "pending":
            return True
    return False


def decide(subject, action, unit, file=None):
    question = {"subject": subject, "action": action, "unit": unit}
    if file is not None:
        with open(file, "rb") as payload:
            question["payload_hash"] = "sha256:" + hashlib.sha256(payload.read()).hexdigest()
    answer = ask(question)
    if answer["decision"] == "REQUIRE_APPROVAL" and wait(answer["approval"]["id"]):
        answer = ask({**question, "approval_id": answer["approval"]["id"]})
    return answer


if __name__ == "__main__":
    final = decide(*sys.argv[1:])
    print(final["decision"], final["receipt_id"])
    sys.exit(0 if final["decision"] == "ALLOW" else 1)
