ALTER TABLE arrival_tallies DROP COLUMN long_refused;
ALTER TABLE arrival_tallies DROP COLUMN recent_refused;
DROP TABLE forecast_profiles;
-- Without their profiles, states of this form say nothing to anybody: forecasts begin again.
DELETE FROM forecasts WHERE state LIKE 'predictive3%';
ALTER TABLE forecasts DROP COLUMN version;
