DROP TABLE queue_ticks;
DROP INDEX features_ts;
DROP TABLE measured_units;
DROP TABLE arrival_tallies;
ALTER TABLE units DROP COLUMN held_subjects;
ALTER TABLE units DROP COLUMN source;
