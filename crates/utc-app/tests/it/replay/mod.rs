//! Recorded decisions computed again.

mod altered;
mod background;
mod counterfactual;
mod faithful;
mod grants;
mod history;
mod simulating;
mod tampered;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::ops::ControlFlow;
use utc_app::replay::{Faithful, ReplayOutcome, ReplayReport, ReplayRequest};
use utc_app::{Console, Filter};
use utc_policy::evaluate;

use crate::support::local;

/// The claims of every decision, newest first.
fn decisions(console: &Console) -> Vec<Value> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let filter = Filter {
            kind: Some("decision".to_owned()),
            before,
            ..Filter::default()
        };
        let page = console.receipts(&local(), &filter, 1_000).unwrap();
        found.extend(page.items.iter().map(|item| claims(&item.receipt)));
        match page.next {
            Some(next) => before = Some(i64::try_from(next).unwrap()),
            None => return found,
        }
    }
}

pub(crate) fn claims(receipt: &str) -> Value {
    let payload = receipt.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Computes again without leaving a receipt.
fn computed(console: &Console, request: &ReplayRequest) -> ReplayReport {
    let go_on = &mut |_, _| ControlFlow::Continue(());
    let report = console.compare(&local(), request, &evaluate, go_on);
    report.unwrap().unwrap()
}

#[track_caller]
fn faithful(report: &ReplayReport) -> &Faithful {
    match &report.outcome {
        ReplayOutcome::Faithful(found) => found,
        ReplayOutcome::Counterfactual(_) => panic!("{report:?}"),
    }
}

/// Every decision came out as recorded.
#[track_caller]
fn check_equal(report: &ReplayReport, total: usize) {
    let totals = report.totals;
    let found = faithful(report);
    assert_eq!(totals.different, 0, "{:?}", found.examples);
    assert_eq!(totals.not_replayable, 0, "{:?}", report.obstacles);
    assert_eq!((totals.total, totals.equal), (total as u64, total as u64));
    assert!(found.by_field.is_empty() && found.examples.is_empty());
}
