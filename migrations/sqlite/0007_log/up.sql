-- The log as a Merkle tree. `frontier` holds the roots of its complete subtrees, largest first, 32 bytes each: what the
-- root is computed from and what the next leaf joins. A tile holds up to 256 hashes of one level; tiles of level 0 are
-- stored when they are full, their leaves are in the receipts until then.

ALTER TABLE log_head ADD COLUMN frontier BLOB NOT NULL DEFAULT X'' CHECK (length(frontier) % 32 = 0 AND length(frontier) <= 2048);

CREATE TABLE log_tiles (
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 7),
    idx INTEGER NOT NULL CHECK (idx >= 0),
    hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (level, idx)
) STRICT;

CREATE TABLE log_signers (
    vkey TEXT NOT NULL PRIMARY KEY CHECK (length(vkey) BETWEEN 1 AND 400),
    from_seq INTEGER NOT NULL CHECK (from_seq >= 0),
    until_seq INTEGER CHECK (until_seq >= from_seq)
) STRICT;
CREATE UNIQUE INDEX log_signers_active ON log_signers ((1)) WHERE until_seq IS NULL;
