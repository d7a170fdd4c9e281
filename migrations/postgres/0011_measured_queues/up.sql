-- Where a unit's arrivals come from, and who asks for more than their share, one subject a line.

ALTER TABLE units ADD COLUMN source TEXT CHECK (source IN ('reported', 'measured'));
ALTER TABLE units ADD COLUMN held_subjects TEXT CHECK (length(held_subjects) BETWEEN 1 AND 20100);

-- What was observed until now was reported.
UPDATE units SET source = 'reported' WHERE last_observed_at IS NOT NULL;

-- What is remembered of who asked how often. Counts fade: they are as they were at `at`. The subject without a name stands
-- for all that did not find a place.

CREATE TABLE arrival_tallies (
    unit TEXT NOT NULL REFERENCES units (name),
    subject TEXT NOT NULL CHECK (length(subject) <= 200),
    at BIGINT NOT NULL,
    recent_writes DOUBLE PRECISION NOT NULL CHECK (recent_writes >= 0),
    recent_all DOUBLE PRECISION NOT NULL CHECK (recent_all >= 0),
    long_writes DOUBLE PRECISION NOT NULL CHECK (long_writes >= 0),
    long_all DOUBLE PRECISION NOT NULL CHECK (long_all >= 0),
    PRIMARY KEY (unit, subject)
);
CREATE INDEX arrival_tallies_at ON arrival_tallies (at);

-- How long a unit has been measured, what its gateway says of its capacity, and what was not yet looked at.

CREATE TABLE measured_units (
    unit TEXT NOT NULL PRIMARY KEY REFERENCES units (name),
    active BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    recent_hours DOUBLE PRECISION NOT NULL CHECK (recent_hours >= 0),
    long_hours DOUBLE PRECISION NOT NULL CHECK (long_hours >= 0),
    samples DOUBLE PRECISION NOT NULL CHECK (samples >= 0),
    quiet_hours DOUBLE PRECISION CHECK (quiet_hours > 0),
    per_hour DOUBLE PRECISION CHECK (per_hour > 0),
    completed BIGINT NOT NULL CHECK (completed >= 0),
    service_hours DOUBLE PRECISION NOT NULL CHECK (service_hours >= 0),
    waited_hours DOUBLE PRECISION NOT NULL CHECK (waited_hours >= 0)
);

-- What is old is thinned by time, whatever unit it is of.

CREATE INDEX features_ts ON features (ts);

-- Which server looked at the units for all of them, one for each span of time.

CREATE TABLE queue_ticks (
    slot BIGINT NOT NULL PRIMARY KEY,
    server TEXT NOT NULL CHECK (length(server) BETWEEN 1 AND 100)
);
