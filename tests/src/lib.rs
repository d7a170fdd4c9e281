//! Nothing: this package is there for its tests, which are in `it/`.
