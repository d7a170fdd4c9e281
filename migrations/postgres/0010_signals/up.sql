-- Trust signals. A source is who speaks; its secrets are sealed. Patterns and audiences are one a line. `quota_day` counts
-- days since 1970, `quota_used` what was taken on that day.

CREATE TABLE sources (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
    standing TEXT COLLATE "C" NOT NULL CHECK (standing IN ('appeared', 'registered', 'authoritative')),
    trust DOUBLE PRECISION NOT NULL CHECK (trust BETWEEN 0 AND 1),
    signature TEXT NOT NULL CHECK (signature IN ('token', 'standard_webhooks', 'github', 'ssf')),
    secret TEXT CHECK (length(secret) BETWEEN 1 AND 1000),
    previous_secret TEXT CHECK (length(previous_secret) BETWEEN 1 AND 1000),
    previous_until BIGINT,
    jwks TEXT CHECK (length(jwks) BETWEEN 1 AND 2000),
    issuer TEXT CHECK (length(issuer) BETWEEN 1 AND 1000),
    audience TEXT CHECK (length(audience) BETWEEN 1 AND 10100),
    stream_id TEXT CHECK (length(stream_id) BETWEEN 1 AND 200),
    stream_status TEXT CHECK (stream_status IN ('enabled', 'paused', 'disabled')),
    stream_reason TEXT CHECK (length(stream_reason) BETWEEN 1 AND 500),
    expected_states TEXT CHECK (length(expected_states) BETWEEN 1 AND 1000),
    verified_at BIGINT,
    units TEXT CHECK (length(units) BETWEEN 1 AND 10100),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL CHECK (updated_at >= created_at),
    updated_by TEXT COLLATE "C" NOT NULL CHECK (length(updated_by) BETWEEN 1 AND 200),
    receipt_id TEXT CHECK (length(receipt_id) = 36),
    last_seen_at BIGINT,
    events BIGINT NOT NULL CHECK (events >= 0),
    repeats BIGINT NOT NULL CHECK (repeats >= 0),
    quota_day BIGINT NOT NULL,
    quota_used BIGINT NOT NULL CHECK (quota_used >= 0),
    CHECK ((previous_until IS NULL) = (previous_secret IS NULL)),
    CHECK ((standing = 'appeared') = (receipt_id IS NULL)),
    CHECK ((signature = 'ssf') = (jwks IS NOT NULL)),
    CHECK ((signature = 'ssf') = (issuer IS NOT NULL))
);

-- What sources said, in one form. `seq` rises with time of arrival; `counts_from` is when it begins to lose weight, `until`
-- when it is forgotten. `sender_units` are patterns, one a line: where the token of its sender held; without any, on every
-- unit. Digests are 32 bytes.
CREATE TABLE events (
    seq BIGINT NOT NULL PRIMARY KEY CHECK (seq >= 0),
    hash BYTEA NOT NULL UNIQUE CHECK (length(hash) = 32),
    source TEXT COLLATE "C" NOT NULL REFERENCES sources (name),
    event_time BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    counts_from BIGINT NOT NULL,
    topic TEXT COLLATE "C" NOT NULL CHECK (length(topic) BETWEEN 1 AND 100),
    severity TEXT COLLATE "C" NOT NULL CHECK (severity IN ('info', 'low', 'medium', 'high', 'critical')),
    confidence DOUBLE PRECISION NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    entities TEXT NOT NULL CHECK (length(entities) <= 20000),
    link TEXT CHECK (length(link) BETWEEN 1 AND 2000),
    summary TEXT CHECK (length(summary) BETWEEN 1 AND 500),
    meaning TEXT NOT NULL CHECK (meaning IN ('raises', 'closes', 'unknown')),
    thread BYTEA NOT NULL CHECK (length(thread) = 32),
    closes BYTEA CHECK (length(closes) = 32),
    adapter TEXT NOT NULL CHECK (adapter IN ('native', 'cloudevents', 'webhook', 'github', 'alertmanager', 'falco', 'ssf')),
    proof TEXT NOT NULL CHECK (length(proof) BETWEEN 1 AND 250),
    body_hash BYTEA NOT NULL CHECK (length(body_hash) = 32),
    matched BOOLEAN NOT NULL,
    sender_units TEXT CHECK (length(sender_units) BETWEEN 1 AND 10100),
    dismissed_at BIGINT,
    dismissed_by TEXT CHECK (length(dismissed_by) BETWEEN 1 AND 200),
    dismiss_reason TEXT CHECK (length(dismiss_reason) BETWEEN 1 AND 1000),
    dismiss_receipt_id TEXT CHECK (length(dismiss_receipt_id) = 36),
    until BIGINT NOT NULL,
    CHECK ((meaning = 'closes') = (closes IS NOT NULL)),
    CHECK ((dismissed_at IS NULL) = (dismissed_by IS NULL)),
    CHECK ((dismissed_at IS NULL) = (dismiss_receipt_id IS NULL))
);
CREATE INDEX events_source ON events (source);
CREATE INDEX events_topic ON events (topic);
CREATE INDEX events_severity ON events (severity);
CREATE INDEX events_seen_at ON events (seen_at);
CREATE INDEX events_thread ON events (thread);
CREATE INDEX events_until ON events (until);
CREATE INDEX events_unmatched ON events (matched) WHERE NOT matched;

-- What an event, or a token about a stream, is recognised by when it comes again.
CREATE TABLE event_keys (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 400),
    content BYTEA NOT NULL CHECK (length(content) = 32),
    until BIGINT NOT NULL
);
CREATE INDEX event_keys_until ON event_keys (until);

-- What scores are computed from, unit by unit: an event for each unit that it matches.
CREATE TABLE unit_signals (
    unit TEXT COLLATE "C" NOT NULL REFERENCES units (name),
    event BIGINT NOT NULL REFERENCES events (seq),
    source TEXT COLLATE "C" NOT NULL,
    hash BYTEA NOT NULL,
    thread BYTEA NOT NULL,
    counts_from BIGINT NOT NULL,
    half_life BIGINT NOT NULL CHECK (half_life > 0),
    severity TEXT COLLATE "C" NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    counts BOOLEAN NOT NULL,
    PRIMARY KEY (unit, event)
);
CREATE INDEX unit_signals_event ON unit_signals (event);

-- When each thread of a source was last said to be over.
CREATE TABLE closings (
    source TEXT COLLATE "C" NOT NULL REFERENCES sources (name),
    thread BYTEA NOT NULL CHECK (length(thread) = 32),
    at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (source, thread)
);
CREATE INDEX closings_until ON closings (until);

-- Deliveries that were not taken. No body.
CREATE TABLE quarantine (
    seq BIGINT NOT NULL PRIMARY KEY CHECK (seq >= 0),
    at BIGINT NOT NULL,
    adapter TEXT NOT NULL CHECK (length(adapter) BETWEEN 1 AND 20),
    source TEXT COLLATE "C" CHECK (length(source) BETWEEN 1 AND 200),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 20),
    detail TEXT NOT NULL CHECK (length(detail) BETWEEN 1 AND 500),
    address TEXT CHECK (length(address) BETWEEN 1 AND 50),
    body_hash TEXT CHECK (length(body_hash) = 71),
    body_bytes BIGINT NOT NULL CHECK (body_bytes >= 0)
);

-- The scorer's word on a unit, apart from a person's: score, flag and what they rest on.
CREATE TABLE unit_risks (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES units (name),
    score DOUBLE PRECISION NOT NULL CHECK (score BETWEEN 0 AND 100),
    risk DOUBLE PRECISION NOT NULL CHECK (risk BETWEEN 0 AND 1),
    flagged_since BIGINT,
    low_runs BIGINT NOT NULL CHECK (low_runs BETWEEN 0 AND 2),
    flag_receipt_id TEXT CHECK (length(flag_receipt_id) = 36),
    evidence TEXT NOT NULL CHECK (length(evidence) <= 40000),
    matched_count BIGINT NOT NULL CHECK (matched_count >= 0),
    trend TEXT NOT NULL CHECK (trend IN ('rising', 'stable', 'falling')),
    scored_at BIGINT NOT NULL,
    as_of BIGINT NOT NULL,
    CHECK ((flagged_since IS NULL) = (flag_receipt_id IS NULL))
);
CREATE INDEX unit_risks_flagged ON unit_risks (flagged_since) WHERE flagged_since IS NOT NULL;

CREATE TABLE risk_history (
    unit TEXT COLLATE "C" NOT NULL REFERENCES units (name),
    ts BIGINT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    flagged BOOLEAN NOT NULL,
    matched_count BIGINT NOT NULL,
    trend TEXT NOT NULL,
    PRIMARY KEY (unit, ts)
);
CREATE INDEX risk_history_ts ON risk_history (ts);

-- Units whose score waits to be computed again, and when that was last asked for.
CREATE TABLE risk_due (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES units (name),
    stamp BIGINT NOT NULL
);

-- A person's word that the scorer's flag on a unit does not count for a while.
CREATE TABLE risk_overrides (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES units (name),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    subject TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    expires_at BIGINT CHECK (expires_at > since),
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36)
);

CREATE TABLE tdx_runs (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    occasion TEXT NOT NULL CHECK (occasion IN ('schedule', 'demand')),
    owner TEXT COLLATE "C" NOT NULL CHECK (length(owner) BETWEEN 1 AND 100),
    started_at BIGINT NOT NULL,
    finished_at BIGINT CHECK (finished_at >= started_at),
    scored_at BIGINT NOT NULL,
    units BIGINT NOT NULL,
    events BIGINT NOT NULL,
    flagged BIGINT NOT NULL,
    cleared BIGINT NOT NULL,
    risky BIGINT NOT NULL,
    flip TEXT CHECK (flip IN ('on', 'off')),
    forgotten BIGINT NOT NULL
);

-- Who does what comes once in a while: one row for each slot of a job, held by a lease until it is done.
CREATE TABLE jobs (
    job TEXT COLLATE "C" NOT NULL CHECK (length(job) BETWEEN 1 AND 50),
    slot BIGINT NOT NULL,
    owner TEXT COLLATE "C" NOT NULL CHECK (length(owner) BETWEEN 1 AND 100),
    lease_until BIGINT NOT NULL,
    done_at BIGINT,
    PRIMARY KEY (job, slot)
);
CREATE INDEX jobs_open ON jobs (job) WHERE done_at IS NULL;

-- Whose setting of a rule stands: the job switches back only what it switched.
ALTER TABLE rules ADD COLUMN owner TEXT NOT NULL DEFAULT 'nobody' CHECK (owner IN ('nobody', 'job', 'person'));
UPDATE rules SET owner = 'person' WHERE updated_by <> 'system:utc';
