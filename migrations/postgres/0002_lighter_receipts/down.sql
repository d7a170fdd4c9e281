DROP INDEX receipts_decision;
DROP INDEX receipts_kind;
CREATE INDEX receipts_ts ON receipts (ts);
CREATE INDEX receipts_kind ON receipts (kind, seq);
CREATE INDEX receipts_decision ON receipts (decision, seq);
