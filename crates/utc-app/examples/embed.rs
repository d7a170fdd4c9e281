//! The engine inside another program: decide, switch a rule, decide again, verify.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use utc_app::{Console, Request, RuleChange};
use utc_domain::Rule;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("utc-embed-{}", std::process::id()));
    let console = Console::open(&format!("sqlite://{}/utc.db", folder.display()))?;
    let ask = || -> Result<_, Box<dyn Error>> {
        let request = Request::new(
            "agent-42".parse()?,
            "write:/payments/17".parse()?,
            "payments-api".parse()?,
        );
        Ok(console.decide(request)?)
    };
    let first = ask()?;
    println!("{}: {}", first.decision, first.reason);
    let actor: utc_domain::Subject = "user:alice".parse()?;
    let change = RuleChange {
        rule: Rule::WritesRequireApproval,
        enabled: true,
        reason: None,
        actor: actor.into(),
    };
    console.set_rule(change).wait()?;
    let second = ask()?;
    println!("{}: {}", second.decision, second.reason);
    let verification = console.verify(second.receipt.as_bytes())?;
    println!(
        "receipt {} at position {} valid: {}",
        second.receipt_id,
        second.seq,
        verification.valid()
    );
    drop(console);
    std::fs::remove_dir_all(folder)?;
    Ok(())
}
