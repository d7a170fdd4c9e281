//! Bundles of a part of the log.

use utc_app::evidence::ExportRequest;
use utc_app::{AppError, Console, Filter};
use utc_domain::Timestamp;
use utc_test_support::TempDir;

use super::{check_valid, export, head, history, place, unpacked, unpacked_json, verified};
use crate::approvals::stage::{Database, Stage, postgres, sqlite};
use crate::replay::claims;
use crate::support::local;

/// The positions that a search finds, oldest first.
fn found(console: &Console, filter: &Filter) -> Vec<u64> {
    let page = console.receipts(&local(), filter, 1_000).unwrap();
    assert_eq!(page.next, None);
    page.items.iter().rev().map(|item| item.seq).collect()
}

/// The positions that are in a bundle.
fn bundled(file: &std::path::Path) -> Vec<u64> {
    let lines = String::from_utf8(unpacked(file, "data/receipts/000000.jsonl")).unwrap();
    let seq = |line: &str| claims(line)["seq"].as_u64().unwrap();
    lines.lines().map(seq).collect()
}

/// The bundle holds what a search for the same finds, and verifies.
#[track_caller]
fn check(stage: &Stage, request: &ExportRequest, claim: &str, expected: usize) {
    let filter = Filter {
        subject: request.subject.as_ref().map(ToString::to_string),
        unit: request.unit.as_ref().map(ToString::to_string),
        from: request.from.map(Timestamp::as_micros),
        to: request.to.map(Timestamp::as_micros),
        ..Filter::default()
    };
    let searched = found(&stage.console, &filter);
    assert_eq!(searched.len(), expected, "{request:?}");
    let (folder, before) = (TempDir::new(), head(&stage.console));
    let file = place(&folder);
    let done = export(&stage.console, request, &file).unwrap();
    assert_eq!(done.population, expected as u64, "{request:?}");
    assert_eq!(bundled(&file), searched, "{request:?}");
    assert_eq!(unpacked_json(&file, "data/export.json")["claim"], claim);
    check_valid(&verified(&stage.console, Some(before), &file));
    let receipt = stage.console.receipt(&local(), done.receipt_id).unwrap();
    let said = &claims(&receipt.receipt)["link"]["filter"];
    let text = |value: Option<String>| value.map_or(serde_json::Value::Null, Into::into);
    assert_eq!(said["unit"], text(filter.unit), "{said}");
    assert_eq!(said["subject"], text(filter.subject), "{said}");
    assert_eq!(said["from"], text(request.from.map(|at| at.to_string())));
}

fn check_all(database: Database) {
    let stage = Stage::new(database);
    history(&stage);
    let all = found(&stage.console, &Filter::default());
    let time = |seq: usize| {
        let filter = Filter {
            before: Some(i64::try_from(seq + 1).unwrap()),
            ..Filter::default()
        };
        let page = stage.console.receipts(&local(), &filter, 1).unwrap();
        page.items[0].ts
    };
    let (third, last) = (time(3), time(all.len() - 1));
    let every = ExportRequest::default();
    let unit = Some("ledger".parse().unwrap());
    let subject = Some("agent-42".parse().unwrap());
    let payments = Some("payments".parse().unwrap());
    check(
        &stage,
        &ExportRequest {
            from: Some(third),
            to: Some(last),
            ..every.clone()
        },
        "range",
        all.len() - 4,
    );
    check(
        &stage,
        &ExportRequest {
            to: Some(third),
            ..every.clone()
        },
        "range",
        3,
    );
    check(
        &stage,
        &ExportRequest {
            unit,
            ..every.clone()
        },
        "inclusion_only",
        4,
    );
    check(
        &stage,
        &ExportRequest {
            subject: subject.clone(),
            ..every.clone()
        },
        "inclusion_only",
        8,
    );
    check(
        &stage,
        &ExportRequest {
            subject,
            unit: payments,
            from: Some(third),
            to: Some(last),
        },
        "inclusion_only",
        8,
    );
}

#[test]
fn a_bundle_holds_what_its_filter_finds() {
    check_all(sqlite());
}

#[test]
fn on_postgresql_too() {
    check_all(postgres());
}

#[test]
fn a_bundle_of_nothing_verifies_too() {
    let stage = Stage::new(sqlite());
    let (folder, before) = (TempDir::new(), head(&stage.console));
    let nobody = ExportRequest {
        subject: Some("nobody".parse().unwrap()),
        ..ExportRequest::default()
    };
    let done = export(&stage.console, &nobody, &place(&folder)).unwrap();
    assert_eq!(done.population, 0);
    check_valid(&verified(&stage.console, Some(before), &place(&folder)));
}

#[test]
fn an_alias_means_its_unit_and_a_period_must_not_be_empty() {
    let stage = Stage::new(sqlite());
    history(&stage);
    stage.configure("ledger", |config| {
        config.aliases.insert("books".parse().unwrap());
    });
    let folder = TempDir::new();
    let books = ExportRequest {
        unit: Some("books".parse().unwrap()),
        ..ExportRequest::default()
    };
    let done = export(&stage.console, &books, &place(&folder)).unwrap();
    assert_eq!(done.request.unit, Some("ledger".parse().unwrap()));
    assert_eq!(done.population, 5);
    let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let empty = ExportRequest {
        from: Some(at),
        to: Some(at),
        ..ExportRequest::default()
    };
    let refused = export(&stage.console, &empty, &folder.path().join("other.zip"));
    assert!(matches!(refused, Err(AppError::Invalid(fields)) if fields[0].pointer == "/to"));
}
