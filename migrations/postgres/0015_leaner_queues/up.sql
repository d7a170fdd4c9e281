-- Nobody looks for rows by their time: what is old is thinned unit by unit.

DROP INDEX features_ts;
DROP INDEX arrival_tallies_at;
