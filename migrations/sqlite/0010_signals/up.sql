-- Trust signals. A source is who speaks; its secrets are sealed. Patterns and audiences are one a line. `quota_day` counts
-- days since 1970, `quota_used` what was taken on that day.

CREATE TABLE sources (
    name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
    standing TEXT NOT NULL CHECK (standing IN ('appeared', 'registered', 'authoritative')),
    trust REAL NOT NULL CHECK (trust BETWEEN 0 AND 1),
    signature TEXT NOT NULL CHECK (signature IN ('token', 'standard_webhooks', 'github', 'ssf')),
    secret TEXT CHECK (length(secret) BETWEEN 1 AND 1000),
    previous_secret TEXT CHECK (length(previous_secret) BETWEEN 1 AND 1000),
    previous_until INTEGER,
    jwks TEXT CHECK (length(jwks) BETWEEN 1 AND 2000),
    issuer TEXT CHECK (length(issuer) BETWEEN 1 AND 1000),
    audience TEXT CHECK (length(audience) BETWEEN 1 AND 10100),
    stream_id TEXT CHECK (length(stream_id) BETWEEN 1 AND 200),
    stream_status TEXT CHECK (stream_status IN ('enabled', 'paused', 'disabled')),
    stream_reason TEXT CHECK (length(stream_reason) BETWEEN 1 AND 500),
    expected_states TEXT CHECK (length(expected_states) BETWEEN 1 AND 1000),
    verified_at INTEGER,
    units TEXT CHECK (length(units) BETWEEN 1 AND 10100),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL CHECK (updated_at >= created_at),
    updated_by TEXT NOT NULL CHECK (length(updated_by) BETWEEN 1 AND 200),
    receipt_id TEXT CHECK (length(receipt_id) = 36),
    last_seen_at INTEGER,
    events INTEGER NOT NULL CHECK (events >= 0),
    repeats INTEGER NOT NULL CHECK (repeats >= 0),
    quota_day INTEGER NOT NULL,
    quota_used INTEGER NOT NULL CHECK (quota_used >= 0),
    CHECK ((previous_until IS NULL) = (previous_secret IS NULL)),
    CHECK ((standing = 'appeared') = (receipt_id IS NULL)),
    CHECK ((signature = 'ssf') = (jwks IS NOT NULL)),
    CHECK ((signature = 'ssf') = (issuer IS NOT NULL))
) STRICT;

-- What sources said, in one form. `seq` rises with time of arrival; `counts_from` is when it begins to lose weight, `until`
-- when it is forgotten. `sender_units` are patterns, one a line: where the token of its sender held; without any, on every
-- unit. Digests are 32 bytes.
CREATE TABLE events (
    seq INTEGER NOT NULL PRIMARY KEY CHECK (seq >= 0),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    source TEXT NOT NULL REFERENCES sources (name),
    event_time INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    counts_from INTEGER NOT NULL,
    topic TEXT NOT NULL CHECK (length(topic) BETWEEN 1 AND 100),
    severity TEXT NOT NULL CHECK (severity IN ('info', 'low', 'medium', 'high', 'critical')),
    confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    entities TEXT NOT NULL CHECK (length(entities) <= 20000),
    link TEXT CHECK (length(link) BETWEEN 1 AND 2000),
    summary TEXT CHECK (length(summary) BETWEEN 1 AND 500),
    meaning TEXT NOT NULL CHECK (meaning IN ('raises', 'closes', 'unknown')),
    thread BLOB NOT NULL CHECK (length(thread) = 32),
    closes BLOB CHECK (length(closes) = 32),
    adapter TEXT NOT NULL CHECK (adapter IN ('native', 'cloudevents', 'webhook', 'github', 'alertmanager', 'falco', 'ssf')),
    proof TEXT NOT NULL CHECK (length(proof) BETWEEN 1 AND 250),
    body_hash BLOB NOT NULL CHECK (length(body_hash) = 32),
    matched INTEGER NOT NULL CHECK (matched IN (0, 1)),
    sender_units TEXT CHECK (length(sender_units) BETWEEN 1 AND 10100),
    dismissed_at INTEGER,
    dismissed_by TEXT CHECK (length(dismissed_by) BETWEEN 1 AND 200),
    dismiss_reason TEXT CHECK (length(dismiss_reason) BETWEEN 1 AND 1000),
    dismiss_receipt_id TEXT CHECK (length(dismiss_receipt_id) = 36),
    until INTEGER NOT NULL,
    CHECK ((meaning = 'closes') = (closes IS NOT NULL)),
    CHECK ((dismissed_at IS NULL) = (dismissed_by IS NULL)),
    CHECK ((dismissed_at IS NULL) = (dismiss_receipt_id IS NULL))
) STRICT;
CREATE INDEX events_source ON events (source);
CREATE INDEX events_topic ON events (topic);
CREATE INDEX events_severity ON events (severity);
CREATE INDEX events_seen_at ON events (seen_at);
CREATE INDEX events_thread ON events (thread);
CREATE INDEX events_until ON events (until);
CREATE INDEX events_unmatched ON events (matched) WHERE matched = 0;

-- What an event, or a token about a stream, is recognised by when it comes again.
CREATE TABLE event_keys (
    key TEXT NOT NULL PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 400),
    content BLOB NOT NULL CHECK (length(content) = 32),
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX event_keys_until ON event_keys (until);

-- What scores are computed from, unit by unit: an event for each unit that it matches.
CREATE TABLE unit_signals (
    unit TEXT NOT NULL REFERENCES units (name),
    event INTEGER NOT NULL REFERENCES events (seq),
    source TEXT NOT NULL,
    hash BLOB NOT NULL,
    thread BLOB NOT NULL,
    counts_from INTEGER NOT NULL,
    half_life INTEGER NOT NULL CHECK (half_life > 0),
    severity TEXT NOT NULL,
    confidence REAL NOT NULL,
    counts INTEGER NOT NULL CHECK (counts IN (0, 1)),
    PRIMARY KEY (unit, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_signals_event ON unit_signals (event);

-- When each thread of a source was last said to be over.
CREATE TABLE closings (
    source TEXT NOT NULL REFERENCES sources (name),
    thread BLOB NOT NULL CHECK (length(thread) = 32),
    at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (source, thread)
) STRICT, WITHOUT ROWID;
CREATE INDEX closings_until ON closings (until);

-- Deliveries that were not taken. No body.
CREATE TABLE quarantine (
    seq INTEGER NOT NULL PRIMARY KEY CHECK (seq >= 0),
    at INTEGER NOT NULL,
    adapter TEXT NOT NULL CHECK (length(adapter) BETWEEN 1 AND 20),
    source TEXT CHECK (length(source) BETWEEN 1 AND 200),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 20),
    detail TEXT NOT NULL CHECK (length(detail) BETWEEN 1 AND 500),
    address TEXT CHECK (length(address) BETWEEN 1 AND 50),
    body_hash TEXT CHECK (length(body_hash) = 71),
    body_bytes INTEGER NOT NULL CHECK (body_bytes >= 0)
) STRICT;

-- The scorer's word on a unit, apart from a person's: score, flag and what they rest on.
CREATE TABLE unit_risks (
    unit TEXT NOT NULL PRIMARY KEY REFERENCES units (name),
    score REAL NOT NULL CHECK (score BETWEEN 0 AND 100),
    risk REAL NOT NULL CHECK (risk BETWEEN 0 AND 1),
    flagged_since INTEGER,
    low_runs INTEGER NOT NULL CHECK (low_runs BETWEEN 0 AND 2),
    flag_receipt_id TEXT CHECK (length(flag_receipt_id) = 36),
    evidence TEXT NOT NULL CHECK (length(evidence) <= 40000),
    matched_count INTEGER NOT NULL CHECK (matched_count >= 0),
    trend TEXT NOT NULL CHECK (trend IN ('rising', 'stable', 'falling')),
    scored_at INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    CHECK ((flagged_since IS NULL) = (flag_receipt_id IS NULL))
) STRICT;
CREATE INDEX unit_risks_flagged ON unit_risks (flagged_since) WHERE flagged_since IS NOT NULL;

CREATE TABLE risk_history (
    unit TEXT NOT NULL REFERENCES units (name),
    ts INTEGER NOT NULL,
    score REAL NOT NULL,
    flagged INTEGER NOT NULL CHECK (flagged IN (0, 1)),
    matched_count INTEGER NOT NULL,
    trend TEXT NOT NULL,
    PRIMARY KEY (unit, ts)
) STRICT, WITHOUT ROWID;
CREATE INDEX risk_history_ts ON risk_history (ts);

-- Units whose score waits to be computed again, and when that was last asked for.
CREATE TABLE risk_due (
    unit TEXT NOT NULL PRIMARY KEY REFERENCES units (name),
    stamp INTEGER NOT NULL
) STRICT;

-- A person's word that the scorer's flag on a unit does not count for a while.
CREATE TABLE risk_overrides (
    unit TEXT NOT NULL PRIMARY KEY REFERENCES units (name),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    subject TEXT NOT NULL,
    since INTEGER NOT NULL,
    expires_at INTEGER CHECK (expires_at > since),
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36)
) STRICT;

CREATE TABLE tdx_runs (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    occasion TEXT NOT NULL CHECK (occasion IN ('schedule', 'demand')),
    owner TEXT NOT NULL CHECK (length(owner) BETWEEN 1 AND 100),
    started_at INTEGER NOT NULL,
    finished_at INTEGER CHECK (finished_at >= started_at),
    scored_at INTEGER NOT NULL,
    units INTEGER NOT NULL,
    events INTEGER NOT NULL,
    flagged INTEGER NOT NULL,
    cleared INTEGER NOT NULL,
    risky INTEGER NOT NULL,
    flip TEXT CHECK (flip IN ('on', 'off')),
    forgotten INTEGER NOT NULL
) STRICT;

-- Who does what comes once in a while: one row for each slot of a job, held by a lease until it is done.
CREATE TABLE jobs (
    job TEXT NOT NULL CHECK (length(job) BETWEEN 1 AND 50),
    slot INTEGER NOT NULL,
    owner TEXT NOT NULL CHECK (length(owner) BETWEEN 1 AND 100),
    lease_until INTEGER NOT NULL,
    done_at INTEGER,
    PRIMARY KEY (job, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_open ON jobs (job) WHERE done_at IS NULL;

-- Whose setting of a rule stands: the job switches back only what it switched.
ALTER TABLE rules ADD COLUMN owner TEXT NOT NULL DEFAULT 'nobody' CHECK (owner IN ('nobody', 'job', 'person'));
UPDATE rules SET owner = 'person' WHERE updated_by <> 'system:utc';
