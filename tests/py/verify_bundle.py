"""verify_bundle.py FOLDER SECRET: checks an unpacked evidence bundle with libraries that know nothing of it.

`bagit` checks the bag; PyJWT and joserfc check the tag of every receipt. Exit 0 valid, 1 not (with the reason on
standard error). Prints how many receipts there are.
"""

import sys
from pathlib import Path

import bagit
import jwt
from joserfc import jwt as jose
from joserfc.errors import JoseError
from joserfc.jwk import OctKey


def check_receipts(folder: Path, secret: bytes) -> int:
    count = 0
    key = OctKey.import_key(secret)
    for name in sorted((folder / "data/receipts").glob("*.jsonl")):
        for line in name.read_text(encoding="ascii").splitlines():
            ours = jwt.decode(
                line, secret, algorithms=["HS256"], audience="utc-receipts", issuer="utc"
            )
            theirs = jose.decode(line, key, algorithms=["HS256"]).claims
            if ours != theirs or ours["seq"] != count:
                raise ValueError(f"receipt {count}: the libraries differ, or it says another position")
            count += 1
    return count


def main() -> int:
    folder, secret = sys.argv[1:]
    try:
        bagit.Bag(folder).validate()
        print(check_receipts(Path(folder), secret.encode()))
    except (bagit.BagError, jwt.PyJWTError, JoseError, ValueError) as error:
        print(f"not valid: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
