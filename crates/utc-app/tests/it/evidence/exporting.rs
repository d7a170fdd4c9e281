//! A bundle in a file, and what may keep it from getting there.

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use utc_app::AppError;
use utc_app::evidence::ExportRequest;
use utc_attestation::sha256_hex;
use utc_domain::VoteChoice;
use utc_test_support::TempDir;

use super::{check_valid, export, head, history, place, unpacked, unpacked_json, verified};
use crate::approvals::stage::{Database, Stage, postgres, scope, sqlite, token, token_on};
use crate::replay::claims;
use crate::support::local;

const EVERYTHING: ExportRequest = ExportRequest {
    from: None,
    to: None,
    unit: None,
    subject: None,
};

fn check_exported(database: Database) {
    let stage = Stage::new(database);
    history(&stage);
    let (size, folder) = (stage.size(), TempDir::new());
    let (file, before) = (place(&folder), head(&stage.console));
    let bundled = export(&stage.console, &EVERYTHING, &file).unwrap();
    assert_eq!((bundled.population, bundled.log_size), (size, size));
    let bytes = fs::read(&file).unwrap();
    assert_eq!(bundled.bytes, bytes.len() as u64);
    assert_eq!(bundled.sha256, sha256_hex(&bytes));
    let manifest = unpacked(&file, "manifest-sha256.txt");
    assert_eq!(bundled.manifest_digest, sha256_hex(&manifest));
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    check_valid(&verified(&stage.console, Some(before), &file));

    let receipt = stage.console.receipt(&local(), bundled.receipt_id).unwrap();
    assert_eq!(receipt.seq, size);
    let said = claims(&receipt.receipt);
    assert_eq!(said["kind"], "export");
    assert_eq!(said["code"], "evidence_exported");
    assert_eq!(said["sub"], "user:alice");
    assert_eq!(said["meta"]["manifest_digest"], bundled.manifest_digest);
    assert_eq!(said["meta"]["population"], size);
    assert_eq!(said["link"]["filter"]["log_size"], size);
    assert_eq!(only(folder.path()), "bundle.zip");
}

/// The only file in a folder.
fn only(folder: &Path) -> String {
    let mut entries = fs::read_dir(folder).unwrap();
    let first = entries.next().unwrap().unwrap().file_name();
    assert!(entries.next().is_none());
    first.into_string().unwrap()
}

#[test]
fn a_bundle_of_everything_verifies_and_leaves_its_receipt() {
    check_exported(sqlite());
}

#[test]
fn on_postgresql_too() {
    check_exported(postgres());
}

#[test]
fn an_approval_tells_what_was_asked_who_voted_and_what_became_of_it() {
    let stage = Stage::new(sqlite());
    let id = stage.hold("write:/1");
    let ann = stage.approver("ann");
    stage.vote(&ann, id, VoteChoice::Approve).unwrap();
    stage.present("write:/1", id);
    let folder = TempDir::new();
    let file = place(&folder);
    export(&stage.console, &EVERYTHING, &file).unwrap();
    let told = unpacked_json(&file, "data/approvals/000000.jsonl");
    assert_eq!(told["id"], id.to_string());
    assert_eq!(told["action"], "write:/1");
    assert_eq!(told["subject"], "agent-42");
    assert_eq!(told["quorum"], 1);
    assert_eq!(told["votes"].as_array().unwrap().len(), 1);
    assert_eq!(told["votes"][0]["voter"], "token:ann");
    assert_eq!(told["votes"][0]["choice"], "approve");
    assert_eq!(told["events"].as_array().unwrap().len(), 1);
    assert_eq!(told["events"][0]["code"], "approval_approved");
    assert_eq!(told["events"][0]["receipt"], told["votes"][0]["receipt"]);
    assert!(told.get("status").is_none(), "that changes: {told}");
}

#[test]
fn what_is_there_already_is_not_overwritten() {
    let stage = Stage::new(sqlite());
    let (size, folder) = (stage.size(), TempDir::new());
    let file = place(&folder);
    fs::write(&file, "mine").unwrap();
    let refused = export(&stage.console, &EVERYTHING, &file);
    check_not_exported(&refused, "there already");
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    let nowhere = folder.path().join("none").join("bundle.zip");
    let refused = export(&stage.console, &EVERYTHING, &nowhere);
    check_not_exported(&refused, "no such folder");
    assert_eq!(only(folder.path()), "bundle.zip");
    assert_eq!(stage.size(), size, "what did not happen is not recorded");
}

#[track_caller]
fn check_not_exported<T: std::fmt::Debug>(refused: &Result<T, AppError>, says: &str) {
    match refused {
        Err(AppError::NotExported { message, .. }) => assert!(message.contains(says), "{message}"),
        other => panic!("{other:?}"),
    }
}

/// Ends an export at this stage.
fn check_cancelled(stage: &Stage, at: &str) {
    let (size, folder) = (stage.size(), TempDir::new());
    let watch = &mut |stage: &str, _, _| {
        if stage == at {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let done = stage
        .console
        .export(&local(), &EVERYTHING, &place(&folder), watch);
    assert_eq!(done.unwrap(), None, "{at}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{at}");
    assert_eq!(stage.size(), size, "{at}");
}

#[test]
fn a_cancelled_export_leaves_neither_file_nor_receipt() {
    let stage = Stage::new(sqlite());
    history(&stage);
    for at in ["receipts", "index", "tiles", "proofs", "records", "sealing"] {
        check_cancelled(&stage, at);
    }
}

#[test]
fn only_who_audits_everything_exports() {
    let stage = Stage::new(sqlite());
    let folder = TempDir::new();
    let some = token_on(&stage.console, "some", "auditor", None, scope(&["pay*"]));
    let operator = token(&stage.console, "operator", "operator", None);
    let of_payments = ExportRequest {
        unit: Some("payments".parse().unwrap()),
        ..EVERYTHING
    };
    for (by, request) in [
        (&some, &EVERYTHING),
        (&some, &of_payments),
        (&operator, &EVERYTHING),
    ] {
        let go_on = &mut |_, _, _| ControlFlow::Continue(());
        let refused = stage.console.export(by, request, &place(&folder), go_on);
        assert!(
            matches!(refused, Err(AppError::Forbidden(_))),
            "{refused:?}"
        );
    }
}
