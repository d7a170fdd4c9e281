-- What events name by which they may come to match further units: names that matched none, and labels. By these an event is
-- found again when a unit is called so.

CREATE TABLE open_entities (
    entity TEXT NOT NULL CHECK (length(entity) BETWEEN 1 AND 200),
    event BIGINT NOT NULL REFERENCES events (seq),
    PRIMARY KEY (entity, event)
);
CREATE INDEX open_entities_event ON open_entities (event);

-- Whose events wait to be matched again: those that name an entity, those of a unit, or those of a source. `after` is the
-- last one that was looked at, `asked` the moment of the transaction that asked for it.

CREATE TABLE rematches (
    kind TEXT NOT NULL CHECK (kind IN ('entity', 'unit', 'source')),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    after BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
);

-- What came before this has no open entities yet.
INSERT INTO rematches (kind, name, after, asked) SELECT 'source', name, -1, 0 FROM sources;

-- All events of a source are read in the order of arrival.
DROP INDEX events_source;
CREATE INDEX events_source ON events (source, seq);

-- How often a person changed what scores are made of: what was read before such a change is not written after it.
CREATE TABLE scoring (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    revision BIGINT NOT NULL
);
INSERT INTO scoring (id, revision) VALUES (1, 0);
