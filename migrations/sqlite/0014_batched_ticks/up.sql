-- A state moves with each observation, a seasonal profile seldom: they are stored apart. The version rises with each state
-- that is stored, so that a server that remembers one knows whether it is still the newest.

ALTER TABLE forecasts ADD COLUMN version INTEGER NOT NULL DEFAULT 0 CHECK (version >= 0);

CREATE TABLE forecast_profiles (
    unit TEXT NOT NULL PRIMARY KEY REFERENCES units (name),
    bins TEXT NOT NULL CHECK (length(bins) BETWEEN 1 AND 65536)
) STRICT;

-- What a locked unit turned away: no level follows it, forecasts are judged by it. It fades as the other counts do.

ALTER TABLE arrival_tallies ADD COLUMN recent_refused REAL NOT NULL DEFAULT 0 CHECK (recent_refused >= 0);
ALTER TABLE arrival_tallies ADD COLUMN long_refused REAL NOT NULL DEFAULT 0 CHECK (long_refused >= 0);
