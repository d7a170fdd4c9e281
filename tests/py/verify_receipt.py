"""verify_receipt.py TOKEN SECRET: verifies a receipt with PyJWT, prints its claims.

Exit 0 valid, 1 not valid (with the reason on standard error).
"""

import json
import sys

import jwt


def main() -> int:
    token, secret = sys.argv[1:]
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(
            token,
            secret.encode(),
            algorithms=["HS256"],
            audience="utc-receipts",
            issuer="utc",
            options={"require": ["iss", "aud", "iat", "jti"]},
        )
    except jwt.PyJWTError as error:
        print(f"not valid: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    if header.get("typ") != "utc-receipt+jwt":
        print("not valid: another type of token", file=sys.stderr)
        return 1
    print(json.dumps(claims))
    return 0


if __name__ == "__main__":
    sys.exit(main())
