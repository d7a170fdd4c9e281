//! Exports in the background.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use utc_app::evidence::{ExportRequest, KeptBundle};
use utc_app::{AppError, Console, WorkId, WorkState, WorkView};

use super::{check_valid, head, verified};
use crate::approvals::stage::{scope, token_on};
use crate::support::{Installation, ask, local};

fn ended(console: &Console, id: WorkId) -> WorkView<KeptBundle> {
    loop {
        let view = console.export_state(&local(), id).unwrap();
        if view.ended_at.is_some() {
            return view;
        }
        std::thread::yield_now();
    }
}

/// The files that wait to be fetched.
fn waiting(installation: &Installation) -> Vec<PathBuf> {
    let entries = fs::read_dir(installation.folder.path().join("evidence")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn start(console: &Arc<Console>) -> WorkId {
    console
        .start_export(&local(), &ExportRequest::default())
        .unwrap()
}

#[test]
fn an_export_in_the_background_ends_with_a_bundle_that_can_be_fetched() {
    let installation = Installation::new();
    let console = Arc::new(installation.open());
    for n in 0..7 {
        let request = ask(&format!("write:/{n}"), "payments");
        console.decide(request).unwrap();
    }
    let before = head(&console);
    let id = start(&console);
    let view = ended(&console, id);
    assert_eq!(view.started_by.as_str(), "user:alice");
    assert_eq!(view.stage, Some("sealing"));
    let WorkState::Done(kept) = &view.state else {
        panic!("{view:?}")
    };
    assert_eq!(kept.bundled.population, 8);
    let fetched = console.exported(&local(), id).unwrap();
    check_valid(&verified(&console, Some(before), fetched.path()));
    let folder = installation.folder.path().join("evidence");
    let mode = fs::metadata(folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn only_the_last_bundles_are_kept_and_none_outlives_its_process() {
    let installation = Installation::new();
    let console = Arc::new(installation.open());
    let ids: Vec<WorkId> = (0..7)
        .map(|_| {
            let id = start(&console);
            ended(&console, id);
            id
        })
        .collect();
    assert_eq!(waiting(&installation).len(), 5);
    let forgotten = console.exported(&local(), ids[0]);
    assert!(matches!(
        forgotten.map(drop),
        Err(AppError::NotFound { what: "export", .. })
    ));
    drop(console);
    assert_eq!(waiting(&installation), Vec::<PathBuf>::new());
}

#[test]
fn what_a_process_that_is_gone_left_is_swept_away_and_nothing_else() {
    let installation = Installation::new();
    let console = Arc::new(installation.open());
    let id = start(&console);
    ended(&console, id);
    let folder = installation.folder.path().join("evidence");
    for left in ["old.zip", ".utc-evidence-x.part"] {
        fs::write(folder.join(left), "left").unwrap();
    }
    console.sweep_exports();
    let kept = console.exported(&local(), id).unwrap();
    assert_eq!(waiting(&installation), [kept.path().to_owned()]);
    Installation::new().open().sweep_exports();
}

#[test]
fn whoever_sees_some_units_only_sees_no_export() {
    let installation = Installation::new();
    let console = Arc::new(installation.open());
    let some = token_on(&console, "some", "auditor", None, scope(&["pay*"]));
    let id = start(&console);
    ended(&console, id);
    let refused = console.start_export(&some, &ExportRequest::default());
    assert!(matches!(refused, Err(AppError::Forbidden(_))));
    for unseen in [
        console.export_state(&some, id).map(drop),
        console.cancel_export(&some, id).map(drop),
        console.exported(&some, id).map(drop),
    ] {
        assert!(matches!(
            unseen,
            Err(AppError::NotFound { what: "export", .. })
        ));
    }
}

#[test]
fn an_export_that_cannot_leave_its_receipt_has_failed_and_left_no_file() {
    let installation = Installation::new();
    let console = Arc::new(installation.open());
    console.close();
    let id = start(&console);
    let view = ended(&console, id);
    assert!(
        matches!(&view.state, WorkState::Failed(why) if why == "the service is stopping"),
        "{view:?}"
    );
    assert_eq!(waiting(&installation), Vec::<PathBuf>::new());
    let none = console.exported(&local(), id);
    assert!(matches!(
        none.map(drop),
        Err(AppError::Conflict {
            code: "not_done",
            ..
        })
    ));
}
