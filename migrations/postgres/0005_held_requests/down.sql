DROP TABLE held_requests;
