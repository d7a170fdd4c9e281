DROP TABLE scoring;
DROP TABLE rematches;
DROP TABLE open_entities;
