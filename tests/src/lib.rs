//! Nothing: this package is there for its tests, which are in `it/`, and for a server that ends itself, in `bin/`.
