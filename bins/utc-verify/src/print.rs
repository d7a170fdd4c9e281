//! What a person or a machine gets to read.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program on the command line answers there"
)]

use serde_json::{Value, json};
use utc_attestation::Outcome;
use utc_evidence::{Report, Status};

pub(crate) fn report(report: &Report, as_json: bool) {
    if as_json {
        println!("{:#}", to_json(report));
    } else {
        print!("{}", to_text(report));
    }
}

/// A failure that is not about the content.
pub(crate) fn failure(error: &anyhow::Error, as_json: bool) {
    if as_json {
        println!(
            "{:#}",
            json!({ "status": "unusable", "error": format!("{error:#}") })
        );
    } else {
        eprintln!("utc-verify: {error:#}");
    }
}

fn to_json(report: &Report) -> Value {
    let checks = report.checks.iter().map(|check| {
        json!({
            "name": check.name.as_str(),
            "outcome": check.outcome.as_str(),
            "detail": check.detail,
            "fault_count": check.fault_count,
            "faults": check.faults,
        })
    });
    let verdicts = report.verdicts.iter().map(|verdict| {
        json!({
            "about": verdict.about.as_str(),
            "outcome": verdict.outcome.as_str(),
            "words": verdict.words,
        })
    });
    let log = report.log.as_ref().map(|log| {
        json!({
            "origin": log.origin.as_str(),
            "size": log.size,
            "root": log.root.to_string(),
        })
    });
    json!({
        "status": report.status.as_str(),
        "exit_code": report.status.exit_code(),
        "log": log,
        "population": report.population,
        "verdicts": verdicts.collect::<Vec<_>>(),
        "checks": checks.collect::<Vec<_>>(),
    })
}

fn to_text(report: &Report) -> String {
    let mut lines = Vec::new();
    for check in &report.checks {
        lines.push(line(check.outcome, check.name.as_str(), &check.detail));
        lines.extend(
            check
                .faults
                .iter()
                .map(|fault| format!("{:33}- {fault}", "")),
        );
    }
    lines.push(String::new());
    for verdict in &report.verdicts {
        lines.push(line(
            verdict.outcome,
            verdict.about.as_str(),
            &verdict.words,
        ));
    }
    if let Some(log) = &report.log {
        lines.push(format!(
            "\nlog {}, {} entries, root {}",
            log.origin, log.size, log.root
        ));
    }
    lines.push(conclusion(report).to_owned());
    lines.join("\n") + "\n"
}

fn line(outcome: Outcome, name: &str, detail: &str) -> String {
    let outcome = match outcome {
        Outcome::Ok => "ok",
        Outcome::Failed => "FAILED",
        Outcome::NotChecked => "not checked",
    };
    format!("{outcome:<12} {name:<19} {detail}")
}

fn conclusion(report: &Report) -> &'static str {
    match report.status {
        Status::Valid => "VALID",
        Status::Wrong => "WRONG: see what failed",
        Status::NotAnchored => {
            "CONSISTENT, NOT ANCHORED: give --vkey or --head from outside; if you did, see what was not checked"
        }
    }
}
