-- Requests of the gateway that wait for people, and what upstreams answered to them. `request` and `answer` are sealed and
-- erased at the end of their lives. `owner` is the process that sends the request, until `lease_until` unless it says
-- otherwise; both are there while it is being sent. `not_before`: the earliest time to send it, or to ask again whether
-- it may be sent.

CREATE TABLE held_requests (
    approval_id TEXT NOT NULL PRIMARY KEY REFERENCES approvals (id),
    request BLOB,
    not_before INTEGER NOT NULL,
    owner TEXT CHECK (length(owner) BETWEEN 1 AND 64),
    lease_until INTEGER,
    allowed_by TEXT CHECK (length(allowed_by) = 36),
    answer BLOB,
    finished_at INTEGER,
    CHECK ((owner IS NULL) = (lease_until IS NULL)),
    CHECK (owner IS NULL OR allowed_by IS NOT NULL)
) STRICT;
CREATE INDEX held_requests_lease_until ON held_requests (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX held_requests_finished_at ON held_requests (finished_at) WHERE answer IS NOT NULL;
