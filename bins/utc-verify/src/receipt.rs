//! `utc-verify --receipt FILE --proof FILE --vkey KEY`

use std::path::Path;

use anyhow::Context as _;
use utc_evidence::{Report, verify_receipt};

use crate::{Arguments, anchors};

pub(crate) fn run(arguments: &Arguments, receipt: &Path) -> anyhow::Result<Report> {
    let jws = anchors::text(receipt)?;
    let proof = arguments.proof.as_deref().context("--proof is missing")?;
    let proof = anchors::text(proof)?;
    let vkeys = anchors::vkeys(&arguments.vkey)?;
    let tags = anchors::tags(&arguments.hmac_secret_file)?;
    Ok(verify_receipt(jws.as_bytes(), &proof, &vkeys, &tags))
}
