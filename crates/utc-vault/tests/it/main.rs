//! The vault as a user of the crate sees it.

#![expect(
    clippy::unwrap_used,
    reason = "clippy allows it in test functions only, and not in what they call"
)]

mod bearers;
mod bearers_laws;
mod binding;
mod fixture;
mod key_file;
mod keyed_hashes;
mod known_answers;
mod passwords;
mod ring;
mod sealing;
mod secrecy;
mod stored_passwords;
