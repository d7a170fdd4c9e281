//! Takes events durably, scores units, and lets events change decisions:
//! `cargo run --release -p utc-app --example signal_speed`.
#![expect(clippy::print_stdout, reason = "an example shows its numbers")]

mod react;
mod scale;
mod stage;
mod take;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    take::measure(&folder)?;
    react::measure(&folder)?;
    scale::measure(&folder)
}
