"""verify_webhook.py SECRET: verifies a webhook with the library of Standard Webhooks, prints its payload.

Reads `{"headers": {…}, "body": "…"}` from standard input. Exit 0 valid, 1 not valid (with the reason on standard error).
"""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError


def main() -> int:
    (secret,) = sys.argv[1:]
    received = json.load(sys.stdin)
    try:
        payload = Webhook(secret).verify(received["body"], received["headers"])
    except WebhookVerificationError as error:
        print(f"not valid: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(json.dumps(payload))
    return 0


if __name__ == "__main__":
    sys.exit(main())
