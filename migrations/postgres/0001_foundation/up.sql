-- Rules, receipts and units. Times are microseconds since the epoch; JSON and ids are text.
-- Text that is compared or ordered uses the C collation, as SQLite does.

CREATE TABLE log_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL CHECK (size >= 0),
    last_leaf TEXT NOT NULL CHECK (length(last_leaf) = 64),
    last_ts BIGINT NOT NULL,
    state_epoch BIGINT NOT NULL CHECK (state_epoch >= 0),
    batch_id TEXT NOT NULL,
    active_kid TEXT NOT NULL CHECK (length(active_kid) = 16)
);

CREATE TABLE log_keys (
    kid TEXT NOT NULL PRIMARY KEY CHECK (length(kid) = 16),
    from_seq BIGINT NOT NULL CHECK (from_seq >= 0),
    until_seq BIGINT CHECK (until_seq >= from_seq),
    state TEXT NOT NULL CHECK (state IN ('active', 'retired'))
);

CREATE TABLE receipts (
    seq BIGINT NOT NULL PRIMARY KEY CHECK (seq >= 0),
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
    ts BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('decision', 'policy_change', 'protection_change', 'approval', 'execution', 'risk_change', 'config_change', 'access_change', 'key_change', 'export', 'replay')),
    subject TEXT COLLATE "C" NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
    action TEXT COLLATE "C" CHECK (length(action) BETWEEN 1 AND 500),
    unit TEXT COLLATE "C" CHECK (length(unit) BETWEEN 1 AND 200),
    decision TEXT CHECK (decision IN ('ALLOW', 'DENY', 'REQUIRE_APPROVAL')),
    code TEXT NOT NULL,
    jws TEXT NOT NULL CHECK (length(jws) BETWEEN 1 AND 65535)
);
CREATE INDEX receipts_ts ON receipts (ts);
CREATE INDEX receipts_kind ON receipts (kind, seq);
CREATE INDEX receipts_subject ON receipts (subject, seq);
CREATE INDEX receipts_action ON receipts (action, seq);
CREATE INDEX receipts_unit ON receipts (unit, seq);
CREATE INDEX receipts_decision ON receipts (decision, seq);

CREATE TABLE inputs (
    receipt_id TEXT NOT NULL PRIMARY KEY CHECK (length(receipt_id) = 36),
    salt TEXT NOT NULL CHECK (length(salt) = 32),
    body TEXT CHECK (length(body) <= 40000),
    erased_at BIGINT,
    CHECK ((body IS NULL) = (erased_at IS NOT NULL))
);

CREATE TABLE rules (
    key TEXT NOT NULL PRIMARY KEY CHECK (key IN ('writes_require_approval', 'read_only_for_risky')),
    enabled BOOLEAN NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36)
);

CREATE TABLE policy_versions (
    version BIGINT NOT NULL PRIMARY KEY CHECK (version >= 1),
    digest TEXT NOT NULL,
    canonical TEXT NOT NULL,
    rule TEXT,
    enabled BOOLEAN,
    changed_by TEXT NOT NULL,
    reason TEXT CHECK (length(reason) <= 1000),
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36),
    ts BIGINT NOT NULL,
    CHECK ((rule IS NULL) = (enabled IS NULL))
);

CREATE TABLE units (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
    configured BOOLEAN NOT NULL,
    config TEXT NOT NULL,
    config_version BIGINT NOT NULL CHECK (config_version >= 0),
    lambda_est DOUBLE PRECISION,
    mu_est DOUBLE PRECISION,
    rho DOUBLE PRECISION,
    level TEXT NOT NULL CHECK (level IN ('permissive', 'require_approval', 'read_only')),
    level_since BIGINT,
    level_cause TEXT,
    below_since BIGINT,
    last_observed_at BIGINT,
    interval_micros BIGINT,
    hour BIGINT,
    hour_mean DOUBLE PRECISION,
    hour_reports BIGINT,
    previous_hour BIGINT,
    previous_hour_mean DOUBLE PRECISION,
    previous_hour_reports BIGINT,
    change_point BOOLEAN NOT NULL,
    state_epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX units_state_epoch ON units (state_epoch);

CREATE TABLE unit_aliases (
    alias TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(alias) BETWEEN 1 AND 200),
    unit TEXT COLLATE "C" NOT NULL REFERENCES units (name)
);
CREATE INDEX unit_aliases_unit ON unit_aliases (unit);

CREATE TABLE pins (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES units (name),
    level TEXT NOT NULL CHECK (level IN ('permissive', 'require_approval', 'read_only')),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    subject TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    expires_at BIGINT CHECK (expires_at > since),
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36)
);

CREATE TABLE risk_marks (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES units (name),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    subject TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    expires_at BIGINT CHECK (expires_at > since),
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36)
);

CREATE TABLE features (
    unit TEXT COLLATE "C" NOT NULL REFERENCES units (name),
    ts BIGINT NOT NULL,
    lambda_est DOUBLE PRECISION NOT NULL,
    mu_est DOUBLE PRECISION NOT NULL,
    rho DOUBLE PRECISION NOT NULL,
    level TEXT NOT NULL,
    change_point BOOLEAN NOT NULL,
    matched_count BIGINT NOT NULL,
    trend TEXT NOT NULL CHECK (trend IN ('rising', 'stable', 'falling')),
    PRIMARY KEY (unit, ts)
);

CREATE TABLE level_changes (
    receipt_id TEXT NOT NULL PRIMARY KEY CHECK (length(receipt_id) = 36),
    unit TEXT COLLATE "C" NOT NULL REFERENCES units (name),
    ts BIGINT NOT NULL,
    from_level TEXT NOT NULL,
    to_level TEXT NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('measured', 'forecast', 'spike', 'relaxed', 'pinned', 'unpinned', 'pin_expired')),
    lambda_est DOUBLE PRECISION,
    mu_est DOUBLE PRECISION,
    rho DOUBLE PRECISION
);
CREATE INDEX level_changes_unit ON level_changes (unit, ts);
