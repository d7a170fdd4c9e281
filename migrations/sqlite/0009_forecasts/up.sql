-- What the predictive controller remembers of a unit, as it wrote it, and the utilisation that each of its forecasts expects.

CREATE TABLE forecasts (
    unit TEXT NOT NULL PRIMARY KEY REFERENCES units (name),
    state TEXT NOT NULL CHECK (length(state) BETWEEN 1 AND 65536),
    fast_ewma REAL CHECK (fast_ewma >= 0),
    holt REAL CHECK (holt >= 0),
    seasonal REAL CHECK (seasonal >= 0)
) STRICT;
