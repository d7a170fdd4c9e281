DROP TABLE log_signers;
DROP TABLE log_tiles;
ALTER TABLE log_head DROP COLUMN frontier;
