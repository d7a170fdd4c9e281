-- People, tokens, sessions. Roles are names with a space between them, patterns one a line (no pattern holds a line
-- end); no value means every subject, every unit. Secrets are keyed hashes, passwords Argon2id.

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    name TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
    password TEXT NOT NULL CHECK (length(password) BETWEEN 1 AND 400),
    roles TEXT NOT NULL CHECK (length(roles) BETWEEN 1 AND 100),
    units TEXT CHECK (length(units) BETWEEN 1 AND 10100),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    disabled_at BIGINT,
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36),
    state_epoch BIGINT NOT NULL
);
CREATE INDEX users_state_epoch ON users (state_epoch);

CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    secret_hash TEXT NOT NULL CHECK (length(secret_hash) BETWEEN 1 AND 200),
    roles TEXT NOT NULL CHECK (length(roles) BETWEEN 1 AND 100),
    subjects TEXT CHECK (length(subjects) BETWEEN 1 AND 10100),
    units TEXT CHECK (length(units) BETWEEN 1 AND 10100),
    owner TEXT REFERENCES users (id),
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT CHECK (expires_at > created_at),
    suspended_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT,
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36),
    state_epoch BIGINT NOT NULL
);
CREATE INDEX tokens_state_epoch ON tokens (state_epoch);
CREATE INDEX tokens_owner ON tokens (owner);
CREATE UNIQUE INDEX tokens_name ON tokens (name) WHERE revoked_at IS NULL;

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id TEXT NOT NULL REFERENCES users (id),
    secret_hash TEXT NOT NULL CHECK (length(secret_hash) BETWEEN 1 AND 200),
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL CHECK (expires_at > created_at)
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
