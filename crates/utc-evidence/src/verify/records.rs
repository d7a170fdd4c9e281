//! Policies, approvals and signals.

use std::borrow::Cow;
use std::io::{Read, Seek};

use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};
use utc_domain::ApprovalId;

use super::CheckName::{Policies, Records};
use super::check::Checks;
use super::files::Files;
use crate::digest::labelled;
use crate::export::FileCounts;
use crate::layout::{self, APPROVALS_PER_FILE, POLICIES, SIGNALS};
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
    for (name, what, exceeded) in [
        (Policies, "policy sets", tally.policies.exceeded()),
        (Records, "approvals", tally.approvals.exceeded()),
    ] {
        if let Some(max) = exceeded {
            let fault =
                format!("receipts name more than {max} {what}, which no bundle of ours does");
            checks.fault(name, &fault);
        }
    }
    checks.done(Policies, "every policy set that a receipt names is there");
    checks.done(Records, "approvals belong to receipts");
    counts
}

fn policies<R: Read + Seek>(tally: &Tally, files: &mut Files<'_, R>, checks: &mut Checks) -> u64 {
    let mut count = 0;
    for digest in tally.policies.set() {
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

/// What an approval's document says of itself.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

/// One document a line, each about an approval that a receipt names, in the order of their ids.
fn approvals<R: Read + Seek>(tally: &Tally, files: &mut Files<'_, R>, checks: &mut Checks) -> u64 {
    let mut count = 0;
    let mut before: Option<ApprovalId> = None;
    for number in 0.. {
        let path = layout::approvals(number);
        let Some(bytes) = files.read(&path, checks) else {
            break;
        };
        let lines = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let mut in_file = 0;
        for line in lines.split(|&byte| byte == b'\n') {
            in_file += 1;
            let read = approval(line, before.as_ref(), tally);
            let read = read.map_err(|why| format!("`{path}`, line {in_file}: {why}"));
            before = checks.value(Records, read).or(before);
        }
        let more = files.contains(&layout::approvals(number + 1));
        if in_file > APPROVALS_PER_FILE || (more && in_file < APPROVALS_PER_FILE) {
            let fault = format!("`{path}` does not have {APPROVALS_PER_FILE} lines");
            checks.fault(Records, &fault);
        }
        count += u64::try_from(in_file).unwrap_or(u64::MAX);
    }
    count
}

fn approval(line: &[u8], before: Option<&ApprovalId>, tally: &Tally) -> Result<ApprovalId, String> {
    let document: Document<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let id: ApprovalId = document
        .id
        .parse()
        .map_err(|_| "`id` is not an approval's")?;
    if !tally.approvals.set().contains(&id) {
        return Err("no receipt names this approval".to_owned());
    }
    if before.is_some_and(|before| *before >= id) {
        return Err("it does not come behind the one before".to_owned());
    }
    Ok(id)
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
