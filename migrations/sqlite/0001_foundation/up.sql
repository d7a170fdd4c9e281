-- Rules, receipts and units. Times are microseconds since the epoch; JSON and ids are text.
-- Index on (x): SQLite appends the rowid, which is `seq`, so these are the (x, seq) of PostgreSQL.

CREATE TABLE log_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL CHECK (size >= 0),
    last_leaf TEXT NOT NULL CHECK (length(last_leaf) = 64),
    last_ts INTEGER NOT NULL,
    state_epoch INTEGER NOT NULL CHECK (state_epoch >= 0),
    batch_id TEXT NOT NULL,
    active_kid TEXT NOT NULL CHECK (length(active_kid) = 16)
) STRICT;

CREATE TABLE log_keys (
    kid TEXT NOT NULL PRIMARY KEY CHECK (length(kid) = 16),
    from_seq INTEGER NOT NULL CHECK (from_seq >= 0),
    until_seq INTEGER CHECK (until_seq >= from_seq),
    state TEXT NOT NULL CHECK (state IN ('active', 'retired'))
) STRICT;

CREATE TABLE receipts (
    seq INTEGER NOT NULL PRIMARY KEY CHECK (seq >= 0),
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
    ts INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('decision', 'policy_change', 'protection_change', 'approval', 'execution', 'risk_change', 'config_change', 'access_change', 'key_change', 'export', 'replay')),
    subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
    action TEXT CHECK (length(action) BETWEEN 1 AND 500),
    unit TEXT CHECK (length(unit) BETWEEN 1 AND 200),
    decision TEXT CHECK (decision IN ('ALLOW', 'DENY', 'REQUIRE_APPROVAL')),
    code TEXT NOT NULL,
    jws TEXT NOT NULL CHECK (length(jws) BETWEEN 1 AND 65535)
) STRICT;
CREATE INDEX receipts_ts ON receipts (ts);
CREATE INDEX receipts_kind ON receipts (kind);
CREATE INDEX receipts_subject ON receipts (subject);
CREATE INDEX receipts_action ON receipts (action);
CREATE INDEX receipts_unit ON receipts (unit);
CREATE INDEX receipts_decision ON receipts (decision);

CREATE TABLE inputs (
    receipt_id TEXT NOT NULL PRIMARY KEY CHECK (length(receipt_id) = 36),
    salt TEXT NOT NULL CHECK (length(salt) = 32),
    body TEXT CHECK (length(body) <= 40000),
    erased_at INTEGER,
    CHECK ((body IS NULL) = (erased_at IS NOT NULL))
) STRICT;

CREATE TABLE rules (
    key TEXT NOT NULL PRIMARY KEY CHECK (key IN ('writes_require_approval', 'read_only_for_risky')),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36)
) STRICT;

CREATE TABLE policy_versions (
    version INTEGER NOT NULL PRIMARY KEY CHECK (version >= 1),
    digest TEXT NOT NULL,
    canonical TEXT NOT NULL,
    rule TEXT,
    enabled INTEGER CHECK (enabled IN (0, 1)),
    changed_by TEXT NOT NULL,
    reason TEXT CHECK (length(reason) <= 1000),
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36),
    ts INTEGER NOT NULL,
    CHECK ((rule IS NULL) = (enabled IS NULL))
) STRICT;

CREATE TABLE units (
    name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
    configured INTEGER NOT NULL CHECK (configured IN (0, 1)),
    config TEXT NOT NULL,
    config_version INTEGER NOT NULL CHECK (config_version >= 0),
    lambda_est REAL,
    mu_est REAL,
    rho REAL,
    level TEXT NOT NULL CHECK (level IN ('permissive', 'require_approval', 'read_only')),
    level_since INTEGER,
    level_cause TEXT,
    below_since INTEGER,
    last_observed_at INTEGER,
    interval_micros INTEGER,
    hour INTEGER,
    hour_mean REAL,
    hour_reports INTEGER,
    previous_hour INTEGER,
    previous_hour_mean REAL,
    previous_hour_reports INTEGER,
    change_point INTEGER NOT NULL CHECK (change_point IN (0, 1)),
    state_epoch INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX units_state_epoch ON units (state_epoch);

CREATE TABLE unit_aliases (
    alias TEXT NOT NULL PRIMARY KEY CHECK (length(alias) BETWEEN 1 AND 200),
    unit TEXT NOT NULL REFERENCES units (name)
) STRICT;
CREATE INDEX unit_aliases_unit ON unit_aliases (unit);

CREATE TABLE pins (
    unit TEXT NOT NULL PRIMARY KEY REFERENCES units (name),
    level TEXT NOT NULL CHECK (level IN ('permissive', 'require_approval', 'read_only')),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    subject TEXT NOT NULL,
    since INTEGER NOT NULL,
    expires_at INTEGER CHECK (expires_at > since),
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36)
) STRICT;

CREATE TABLE risk_marks (
    unit TEXT NOT NULL PRIMARY KEY REFERENCES units (name),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    subject TEXT NOT NULL,
    since INTEGER NOT NULL,
    expires_at INTEGER CHECK (expires_at > since),
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36)
) STRICT;

CREATE TABLE features (
    unit TEXT NOT NULL REFERENCES units (name),
    ts INTEGER NOT NULL,
    lambda_est REAL NOT NULL,
    mu_est REAL NOT NULL,
    rho REAL NOT NULL,
    level TEXT NOT NULL,
    change_point INTEGER NOT NULL CHECK (change_point IN (0, 1)),
    matched_count INTEGER NOT NULL,
    trend TEXT NOT NULL CHECK (trend IN ('rising', 'stable', 'falling')),
    PRIMARY KEY (unit, ts)
) STRICT;

CREATE TABLE level_changes (
    receipt_id TEXT NOT NULL PRIMARY KEY CHECK (length(receipt_id) = 36),
    unit TEXT NOT NULL REFERENCES units (name),
    ts INTEGER NOT NULL,
    from_level TEXT NOT NULL,
    to_level TEXT NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('measured', 'forecast', 'spike', 'relaxed', 'pinned', 'unpinned', 'pin_expired')),
    lambda_est REAL,
    mu_est REAL,
    rho REAL
) STRICT;
CREATE INDEX level_changes_unit ON level_changes (unit, ts);
