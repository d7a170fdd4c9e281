//! Charts from outside.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy allows these in test functions only, and not in what they call"
)]
#![expect(
    clippy::float_cmp,
    reason = "a peak is kept as it is or it is not kept"
)]

mod drawn;
mod laws;
mod page;
