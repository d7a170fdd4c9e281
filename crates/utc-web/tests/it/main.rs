//! The HTTP interface as a table: what there is, who may call it, what its description says.

mod routes;
