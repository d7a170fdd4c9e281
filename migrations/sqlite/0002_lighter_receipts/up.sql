-- Fewer indexes for each receipt to enter. Times rise with positions, so a time is found by halving the positions. Most
-- receipts are decisions that allow: a search for those reads the table itself, newest first.
DROP INDEX receipts_ts;
DROP INDEX receipts_kind;
DROP INDEX receipts_decision;
CREATE INDEX receipts_kind ON receipts (kind) WHERE kind <> 'decision';
CREATE INDEX receipts_decision ON receipts (decision) WHERE decision <> 'ALLOW';
