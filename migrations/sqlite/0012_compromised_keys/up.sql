-- From which position on the tags of a key prove nothing, as the receipt at `seq` says. Said again, the smallest holds.

CREATE TABLE key_compromises (
    seq INTEGER NOT NULL PRIMARY KEY CHECK (seq >= 0),
    kid TEXT NOT NULL REFERENCES log_keys (kid),
    from_seq INTEGER NOT NULL CHECK (from_seq >= 0)
) STRICT;
