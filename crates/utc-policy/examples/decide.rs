//! Asks the evaluator alone: no database, no server, no signature.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use utc_domain::{Action, DomainError, Mode, ProtectionLevel, Rule, UnitName};
use utc_policy::{PolicySet, Question, UnitView, UnknownUnits, evaluate};

fn main() -> Result<(), DomainError> {
    let action: Action = "write:/payments/17".parse()?;
    let unit: UnitName = "payments-api".parse()?;
    let policy = PolicySet::initial(UnknownUnits::Allow).with_rule(Rule::ReadOnlyForRisky, true);
    for level in ProtectionLevel::ALL {
        let view = UnitView {
            level,
            risky: false,
            mode: Mode::Enforce,
            known: true,
        };
        let verdict = evaluate(&Question::new(&action, &unit), &policy, &view);
        println!(
            "{level:>16} -> {:16} {}",
            verdict.decision.as_str(),
            verdict.reason
        );
    }
    Ok(())
}
