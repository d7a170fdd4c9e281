//! Policies, approvals and signals.

use std::io::{Read, Seek};

use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};
use utc_domain::ApprovalId;

use super::CheckName::{Policies, Records};
use super::check::Checks;
use super::files::Files;
use crate::digest::labelled;
use crate::export::FileCounts;
use crate::layout::{self, APPROVALS, POLICIES, SIGNALS};
use crate::tally::Tally;

pub(super) fn check<R: Read + Seek>(
    tally: &Tally,
    files: &mut Files<'_, R>,
    checks: &mut Checks,
) -> FileCounts {
    let counts = FileCounts {
        policies: policies(tally, files, checks),
        approvals: approvals(tally, files, checks),
        signals: signals(files, checks),
    };
    checks.done(Policies, "every policy set that a receipt names is there");
    checks.done(Records, "approvals belong to receipts");
    counts
}

fn policies<R: Read + Seek>(tally: &Tally, files: &mut Files<'_, R>, checks: &mut Checks) -> u64 {
    let mut count = 0;
    for digest in &tally.policies {
        match files.read(&layout::policy(digest), checks) {
            Some(bytes) if labelled(&Sha256::digest(&bytes).into()) == *digest => {}
            Some(_) => checks.fault(Policies, &format!("{digest}: it has another digest")),
            None => {
                checks.fault(Policies, &format!("{digest}: it is missing"));
                continue;
            }
        }
        count += 1;
    }
    for path in files.below(POLICIES) {
        checks.fault(Policies, &format!("`{path}` is named by no receipt"));
        files.read(&path, checks);
        count += 1;
    }
    count
}

fn approvals<R: Read + Seek>(tally: &Tally, files: &mut Files<'_, R>, checks: &mut Checks) -> u64 {
    let mut count = 0;
    for path in files.below(APPROVALS) {
        let name = path.strip_prefix(APPROVALS).unwrap_or_default();
        let id: Option<ApprovalId> = name.strip_suffix(".json").and_then(|id| id.parse().ok());
        if !id.is_some_and(|id| tally.approvals.contains(&id)) {
            checks.fault(Records, &format!("`{path}` is named by no receipt"));
        }
        check_json(&path, files, checks);
        count += 1;
    }
    count
}

fn signals<R: Read + Seek>(files: &mut Files<'_, R>, checks: &mut Checks) -> u64 {
    let mut count = 0;
    for path in files.below(SIGNALS) {
        check_json(&path, files, checks);
        count += 1;
    }
    count
}

fn check_json<R: Read + Seek>(path: &str, files: &mut Files<'_, R>, checks: &mut Checks) {
    let bytes = files.read(path, checks).unwrap_or_default();
    if serde_json::from_slice::<IgnoredAny>(&bytes).is_err() {
        checks.fault(Records, &format!("`{path}` is not JSON"));
    }
}
