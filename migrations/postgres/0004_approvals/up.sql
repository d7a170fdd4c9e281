-- Requests that wait for people, their votes, and what makes a repeated request the same one. `expires_at` is the end of
-- the present status: of waiting, then of the grant. `token` says with what it was asked (a token's id, `user:` and a
-- user's id, or `local`), `owner` which person that is.

CREATE TABLE approvals (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'used', 'rejected', 'expired', 'cancelled', 'revoked', 'void')),
    execution TEXT NOT NULL CHECK (execution IN ('none', 'executing', 'done', 'failed', 'outcome_unknown')),
    subject TEXT COLLATE "C" NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
    action TEXT COLLATE "C" NOT NULL CHECK (length(action) BETWEEN 1 AND 500),
    unit TEXT COLLATE "C" NOT NULL CHECK (length(unit) BETWEEN 1 AND 200),
    config_version BIGINT NOT NULL CHECK (config_version >= 0),
    payload_hash TEXT CHECK (length(payload_hash) = 71),
    request_digest TEXT NOT NULL CHECK (length(request_digest) = 71),
    policy_version BIGINT NOT NULL CHECK (policy_version >= 1),
    policy_digest TEXT NOT NULL CHECK (length(policy_digest) = 71),
    protection_level TEXT NOT NULL CHECK (protection_level IN ('permissive', 'require_approval', 'read_only')),
    requester TEXT COLLATE "C" NOT NULL CHECK (length(requester) BETWEEN 1 AND 200),
    token TEXT COLLATE "C" NOT NULL CHECK (length(token) BETWEEN 1 AND 41),
    owner TEXT COLLATE "C" NOT NULL CHECK (length(owner) BETWEEN 1 AND 200),
    quorum BIGINT NOT NULL CHECK (quorum BETWEEN 1 AND 20),
    identical_to TEXT COLLATE "C" REFERENCES approvals (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL CHECK (expires_at > created_at),
    decided_at BIGINT CHECK (decided_at >= created_at),
    ended_at BIGINT CHECK (ended_at >= created_at),
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36),
    last_receipt_id TEXT NOT NULL CHECK (length(last_receipt_id) = 36),
    CHECK ((ended_at IS NULL) = (status IN ('pending', 'approved'))),
    CHECK (status <> 'approved' OR decided_at IS NOT NULL),
    CHECK (execution = 'none' OR status = 'used')
);
CREATE INDEX approvals_status ON approvals (status, id);
CREATE INDEX approvals_unit ON approvals (unit, id);
CREATE INDEX approvals_subject ON approvals (subject, id);
CREATE INDEX approvals_token ON approvals (token, id);
CREATE INDEX approvals_open ON approvals (status, expires_at) WHERE status IN ('pending', 'approved');

CREATE TABLE votes (
    approval_id TEXT COLLATE "C" NOT NULL REFERENCES approvals (id),
    person TEXT COLLATE "C" NOT NULL CHECK (length(person) BETWEEN 1 AND 200),
    voter TEXT COLLATE "C" NOT NULL CHECK (length(voter) BETWEEN 1 AND 200),
    choice TEXT NOT NULL CHECK (choice IN ('approve', 'reject')),
    comment TEXT CHECK (length(comment) BETWEEN 1 AND 1000),
    at BIGINT NOT NULL,
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36),
    PRIMARY KEY (approval_id, person)
);

-- What the people who approve did so far: votes, and the hours in which something waited for them.
CREATE TABLE approver_record (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    votes BIGINT NOT NULL CHECK (votes >= 0),
    exposure_hours DOUBLE PRECISION NOT NULL CHECK (exposure_hours >= 0),
    as_of BIGINT NOT NULL
);

CREATE TABLE idempotency_keys (
    token TEXT COLLATE "C" NOT NULL CHECK (length(token) BETWEEN 1 AND 41),
    key TEXT COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    digest TEXT NOT NULL CHECK (length(digest) = 71),
    decision TEXT NOT NULL CHECK (decision IN ('ALLOW', 'DENY', 'REQUIRE_APPROVAL')),
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL CHECK (expires_at > created_at),
    PRIMARY KEY (token, key)
);
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);
