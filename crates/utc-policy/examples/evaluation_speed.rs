//! Measures how long an evaluation takes.
//!
//! `cargo run --release -p utc-policy --example evaluation_speed`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::hint::black_box;
use std::time::Instant;

use utc_domain::{Action, DomainError, Mode, ProtectionLevel, Rule, UnitName};
use utc_policy::{PolicySet, Question, UnitView, UnknownUnits, evaluate};

const ROUNDS: usize = 200_000;

fn main() -> Result<(), DomainError> {
    let action: Action = "write:/payments/17".parse()?;
    let unit: UnitName = "payments-api".parse()?;
    let policy = PolicySet::of(&Rule::ALL, UnknownUnits::Allow, 1);
    let view = UnitView {
        level: ProtectionLevel::RequireApproval,
        risky: false,
        mode: Mode::Enforce,
        known: true,
    };
    let question = Question::new(&action, &unit);
    let mut nanoseconds: Vec<u128> = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        black_box(evaluate(
            black_box(&question),
            black_box(&policy),
            black_box(&view),
        ));
        nanoseconds.push(start.elapsed().as_nanos());
    }
    nanoseconds.sort_unstable();
    let at = |share: usize| {
        nanoseconds
            .get(ROUNDS * share / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "evaluate     p50 {} ns, p99 {} ns (two clock reads included)",
        at(50),
        at(99)
    );
    Ok(())
}
