ALTER TABLE measured_units RENAME TO before_0015;
CREATE TABLE measured_units (
    unit TEXT NOT NULL PRIMARY KEY REFERENCES units (name),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    at INTEGER NOT NULL,
    recent_hours REAL NOT NULL CHECK (recent_hours >= 0),
    long_hours REAL NOT NULL CHECK (long_hours >= 0),
    samples REAL NOT NULL CHECK (samples >= 0),
    quiet_hours REAL CHECK (quiet_hours > 0),
    per_hour REAL CHECK (per_hour > 0),
    completed INTEGER NOT NULL CHECK (completed >= 0),
    service_hours REAL NOT NULL CHECK (service_hours >= 0),
    waited_hours REAL NOT NULL CHECK (waited_hours >= 0)
) STRICT;
INSERT INTO measured_units SELECT * FROM before_0015 ORDER BY unit;
DROP TABLE before_0015;

ALTER TABLE arrival_tallies RENAME TO before_0015;
CREATE TABLE arrival_tallies (
    unit TEXT NOT NULL REFERENCES units (name),
    subject TEXT NOT NULL CHECK (length(subject) <= 200),
    at INTEGER NOT NULL,
    recent_writes REAL NOT NULL CHECK (recent_writes >= 0),
    recent_all REAL NOT NULL CHECK (recent_all >= 0),
    long_writes REAL NOT NULL CHECK (long_writes >= 0),
    long_all REAL NOT NULL CHECK (long_all >= 0),
    recent_refused REAL NOT NULL DEFAULT 0 CHECK (recent_refused >= 0),
    long_refused REAL NOT NULL DEFAULT 0 CHECK (long_refused >= 0),
    PRIMARY KEY (unit, subject)
) STRICT;
INSERT INTO arrival_tallies SELECT * FROM before_0015 ORDER BY unit, subject;
DROP TABLE before_0015;
CREATE INDEX arrival_tallies_at ON arrival_tallies (at);

ALTER TABLE features RENAME TO before_0015;
CREATE TABLE features (
    unit TEXT NOT NULL REFERENCES units (name),
    ts INTEGER NOT NULL,
    lambda_est REAL NOT NULL,
    mu_est REAL NOT NULL,
    rho REAL NOT NULL,
    level TEXT NOT NULL,
    change_point INTEGER NOT NULL CHECK (change_point IN (0, 1)),
    matched_count INTEGER NOT NULL,
    trend TEXT NOT NULL CHECK (trend IN ('rising', 'stable', 'falling')),
    PRIMARY KEY (unit, ts)
) STRICT;
INSERT INTO features SELECT * FROM before_0015 ORDER BY unit, ts;
DROP TABLE before_0015;
CREATE INDEX features_ts ON features (ts);
