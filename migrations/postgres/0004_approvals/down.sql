DROP TABLE idempotency_keys;
DROP TABLE approver_record;
DROP TABLE votes;
DROP TABLE approvals;
