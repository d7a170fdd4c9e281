DROP TABLE scoring;
DROP TABLE rematches;
DROP TABLE open_entities;
DROP INDEX events_source;
CREATE INDEX events_source ON events (source);
