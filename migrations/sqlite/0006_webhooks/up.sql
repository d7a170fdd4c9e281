-- Whom notices are sent to, and what waits to be sent. The secret is sealed; kinds are names with a space between them,
-- patterns one a line, no value means every unit. A lease says which server is sending a row, and until when the others
-- leave it alone.

CREATE TABLE webhooks (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
    url TEXT NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
    format TEXT NOT NULL CHECK (format IN ('standard', 'slack')),
    secret TEXT CHECK (length(secret) BETWEEN 1 AND 1000),
    events TEXT NOT NULL CHECK (length(events) BETWEEN 1 AND 1000),
    units TEXT CHECK (length(units) BETWEEN 1 AND 10100),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL CHECK (length(created_by) BETWEEN 1 AND 200),
    updated_at INTEGER NOT NULL CHECK (updated_at >= created_at),
    receipt_id TEXT NOT NULL CHECK (length(receipt_id) = 36),
    CHECK ((format = 'slack') = (secret IS NULL))
) STRICT;

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    webhook_id TEXT NOT NULL REFERENCES webhooks (id),
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 100),
    body TEXT NOT NULL CHECK (length(body) BETWEEN 2 AND 16384),
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    created_at INTEGER NOT NULL,
    next_at INTEGER CHECK (next_at >= 0),
    ended_at INTEGER CHECK (ended_at >= 0),
    last_error TEXT CHECK (length(last_error) BETWEEN 1 AND 1000),
    lease_owner TEXT CHECK (length(lease_owner) BETWEEN 1 AND 100),
    lease_until INTEGER CHECK (lease_until >= 0),
    CHECK ((state = 'pending') = (next_at IS NOT NULL)),
    CHECK ((state = 'pending') = (ended_at IS NULL)),
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    CHECK (lease_owner IS NULL OR state = 'pending')
) STRICT;
CREATE INDEX outbox_webhook ON outbox (webhook_id, id);
CREATE INDEX outbox_state ON outbox (webhook_id, state, id);
CREATE INDEX outbox_due ON outbox (webhook_id, next_at) WHERE state = 'pending';
CREATE INDEX outbox_next ON outbox (next_at) WHERE state = 'pending';
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE state <> 'pending';
