DROP TABLE key_compromises;
