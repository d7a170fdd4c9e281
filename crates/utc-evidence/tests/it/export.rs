//! What an export makes, and that it verifies.

use utc_attestation::Outcome;
use utc_evidence::{CheckName, Filter, Question, Status};

use crate::fixture::{Log, anchored, export, faults, verify};

#[test]
fn a_whole_log_verifies() {
    let mut log = Log::new(600);
    let zip = export(&mut log, &Filter::default());
    let report = verify(&zip, &mut anchored());
    assert_eq!(faults(&report), Vec::<String>::new());
    assert_eq!((report.status, report.population), (Status::Valid, 600));
    let unchecked: Vec<CheckName> = report
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::NotChecked)
        .map(|check| check.name)
        .collect();
    assert_eq!(
        unchecked,
        [CheckName::Tags, CheckName::ExportReceipt, CheckName::Head]
    );
    let complete = report.verdict(Question::FilterCompleteness).unwrap();
    assert_eq!(complete.outcome, Outcome::Ok);
}
