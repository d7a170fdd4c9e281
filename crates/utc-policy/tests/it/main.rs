//! The evaluator, seen from outside: the decision order case by case, and its laws as properties.

mod laws;
mod order;
mod policy_set;
