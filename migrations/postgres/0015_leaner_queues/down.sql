CREATE INDEX arrival_tallies_at ON arrival_tallies (at);
CREATE INDEX features_ts ON features (ts);
