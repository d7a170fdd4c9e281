//! Replays in the background.

use std::sync::Arc;

use utc_app::replay::{ReplayRequest, Replayed};
use utc_app::{AppError, Console, WorkId, WorkState, WorkView};

use super::{check_equal, claims};
use crate::approvals::stage::{scope, token_on};
use crate::support::{Installation, ask, local};

fn ended(console: &Console, id: WorkId) -> WorkView<Replayed> {
    loop {
        let view = console.replay_state(&local(), id).unwrap();
        if view.ended_at.is_some() {
            return view;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_replay_in_the_background_ends_with_its_result_and_its_receipt() {
    let installation = Installation::new();
    let console = Arc::new(installation.open());
    for n in 0..7 {
        console
            .decide(ask(&format!("write:/{n}"), "payments"))
            .unwrap();
    }
    let id = console.start_replay(&local(), &ReplayRequest::ALL).unwrap();
    let view = ended(&console, id);
    assert_eq!((view.done, view.total), (8, 8));
    assert_eq!(view.started_by.as_str(), "user:alice");
    let WorkState::Done(replayed) = &view.state else {
        panic!("{view:?}")
    };
    check_equal(&replayed.report, 7);
    let receipt = console.receipt(&local(), replayed.receipt_id).unwrap();
    assert_eq!(claims(&receipt.receipt)["meta"]["replay"]["total"], 7);
    // One that has ended stays as it is.
    let cancelled = console.cancel_replay(&local(), id).unwrap();
    assert_eq!(cancelled.state.as_str(), "done");
}

#[test]
fn whoever_sees_its_unit_sees_a_replay_and_nobody_else() {
    let installation = Installation::new();
    let console = Arc::new(installation.open());
    let some = token_on(&console, "some", "auditor", None, scope(&["pay*"]));
    let of_payments = ReplayRequest {
        unit: Some("payments".parse().unwrap()),
        ..ReplayRequest::ALL
    };
    let own = console.start_replay(&some, &of_payments).unwrap();
    let all = console.start_replay(&local(), &ReplayRequest::ALL).unwrap();
    ended(&console, own);
    ended(&console, all);
    assert_eq!(
        console
            .replay_state(&some, own)
            .unwrap()
            .started_by
            .as_str(),
        "token:some"
    );
    for unseen in [
        console.replay_state(&some, all),
        console.cancel_replay(&some, all),
    ] {
        assert!(matches!(
            unseen,
            Err(AppError::NotFound { what: "replay", .. })
        ));
    }
    let refused = console.start_replay(&some, &ReplayRequest::ALL);
    assert!(matches!(refused, Err(AppError::Forbidden(_))));
}

#[test]
fn a_replay_that_cannot_leave_its_receipt_has_failed() {
    let installation = Installation::new();
    let console = Arc::new(installation.open());
    console.close();
    let id = console.start_replay(&local(), &ReplayRequest::ALL).unwrap();
    let view = ended(&console, id);
    assert!(
        matches!(&view.state, WorkState::Failed(why) if why == "the service is stopping"),
        "{view:?}"
    );
}
