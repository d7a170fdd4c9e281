ALTER TABLE forecasts RESET (fillfactor);
ALTER TABLE measured_units RESET (fillfactor);
ALTER TABLE arrival_tallies RESET (fillfactor);
CREATE INDEX arrival_tallies_at ON arrival_tallies (at);
CREATE INDEX features_ts ON features (ts);
