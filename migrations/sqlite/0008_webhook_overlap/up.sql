-- A secret that was replaced goes on signing beside the new one until `previous_until`, so that a receiver has time to learn
-- the new one.

ALTER TABLE webhooks ADD COLUMN previous_secret TEXT CHECK (length(previous_secret) BETWEEN 1 AND 1000);
ALTER TABLE webhooks ADD COLUMN previous_until INTEGER CHECK ((previous_until IS NULL) = (previous_secret IS NULL));
