//! Receivers and scores, as their callers use them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::panic,
    reason = "see above: that is how a test fails with words"
)]
#![expect(
    clippy::float_cmp,
    reason = "numbers that are rounded to six decimals are compared exactly"
)]

mod alertmanager;
mod cloud_events;
mod dedupe;
mod falco;
mod flags;
mod flips;
mod github;
mod harness;
mod json;
mod jwks;
mod keys;
mod mapping;
mod matching;
mod native;
mod score;
mod score_laws;
mod sets;
mod streams;
mod support;
mod values;
mod webhooks;
