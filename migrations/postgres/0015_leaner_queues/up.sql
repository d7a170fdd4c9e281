-- Nobody looks for rows by their time: what is old is thinned unit by unit.

DROP INDEX features_ts;
DROP INDEX arrival_tallies_at;

-- Every look writes these rows anew: with room left in a page the new one goes beside the old one, and no index is touched.

ALTER TABLE arrival_tallies SET (fillfactor = 70);
ALTER TABLE measured_units SET (fillfactor = 70);
ALTER TABLE forecasts SET (fillfactor = 70);
