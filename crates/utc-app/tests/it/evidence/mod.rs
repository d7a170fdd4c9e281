//! What the log holds, handed out as a bundle and verified.

mod background;
mod exporting;
mod filters;

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::Value;
use utc_app::evidence::{Bundled, ExportRequest};
use utc_app::log::Freshness;
use utc_app::{AppError, Console};
use utc_domain::{Rule, VoteChoice};
use utc_evidence::{Anchors, Bundle, Limits, Report, TagKeys, verify_bundle};
use utc_test_support::TempDir;

use crate::approvals::stage::Stage;
use crate::support::{ask, local, switch};

/// A place for a bundle.
fn place(folder: &TempDir) -> PathBuf {
    folder.path().join("bundle.zip")
}

fn export(console: &Console, request: &ExportRequest, file: &Path) -> Result<Bundled, AppError> {
    let go_on = &mut |_, _, _| ControlFlow::Continue(());
    let done = console.export(&local(), request, file, go_on);
    done.map(|done| done.unwrap())
}

/// What the verifier says to whoever has the log's key, a head from before, and the secret.
fn verified(console: &Console, head: Option<String>, file: &Path) -> Report {
    let mut bundle = Bundle::open(File::open(file).unwrap(), Limits::USUAL).unwrap();
    let mut anchors = Anchors {
        vkeys: vec![console.log_keys().unwrap().active],
        head,
        tags: TagKeys::new(["only for tests: 32 characters and more"]).unwrap(),
        ..Anchors::default()
    };
    verify_bundle(&mut bundle, &mut anchors, &mut |_, _| {})
}

fn head(console: &Console) -> String {
    let head = console.checkpoint(Freshness::Fresh).unwrap();
    head.text.to_string()
}

#[track_caller]
fn check_valid(report: &Report) {
    let faults: Vec<_> = report.checks.iter().filter(|c| c.fault_count > 0).collect();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(report.status.as_str(), "valid");
}

/// A file of the bundle's payload, as another program unpacks it.
fn unpacked(zip: &Path, path: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(File::open(zip).unwrap()).unwrap();
    let mut file = zip.by_name(&format!("utc-evidence/{path}")).unwrap();
    let mut bytes = Vec::new();
    std::io::copy(&mut file, &mut bytes).unwrap();
    bytes
}

fn unpacked_json(zip: &Path, path: &str) -> Value {
    serde_json::from_slice(&unpacked(zip, path)).unwrap()
}

/// Decisions on two units by two subjects, an approval that was used, one that was refused, one that waits, a rule that
/// changed.
fn history(stage: &Stage) {
    for n in 0..4 {
        stage.ask(ask(&format!("read:/{n}"), "payments")).unwrap();
        let mut other = ask(&format!("read:/{n}"), "ledger");
        other.subject = "agent-7".parse().unwrap();
        stage.ask(other).unwrap();
    }
    let used = stage.approved("write:/1");
    stage.present("write:/1", used);
    let refused = stage.hold("write:/2");
    let ann = stage.approver("ann");
    stage.vote(&ann, refused, VoteChoice::Reject).unwrap();
    stage.hold("write:/3");
    let rule = switch(Rule::ReadOnlyForRisky, true);
    stage.console.set_rule(rule).wait().unwrap();
}
