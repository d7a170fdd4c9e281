//! The transparency log as a user of the crate sees it.

mod model;
mod paths;
mod tiles;
mod tree;
mod tree_laws;
