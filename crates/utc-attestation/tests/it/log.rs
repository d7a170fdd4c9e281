//! The transparency log as a user of the crate sees it.

mod entries;
mod hostile;
mod independent;
mod keys;
mod model;
mod notes;
mod paths;
mod proofs;
mod tiles;
mod tree;
mod tree_laws;
mod vectors;
