//! What follows from the receipts: computed again, and compared byte for byte.

use std::io::{self, Read, Seek, Write};

use sha2::{Digest, Sha256};
use utc_attestation::log::Checkpoint;

use super::CheckName::{Index, Report, Summary as SummaryCheck};
use super::check::Checks;
use super::files::Files;
use crate::claims::Claims;
use crate::export::{About, FORMAT, FileCounts, Filter, HOW_TO_TEXT, Software, Summary};
use crate::index::IndexWriter;
use crate::layout::{HOW_TO, INDEX, REPORT};
use crate::tally::Tally;

/// The hash of the index that the receipts make.
pub(super) struct IndexHash(Option<IndexWriter<HashWriter>>);

#[derive(Default)]
struct HashWriter(Sha256);

impl Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl IndexHash {
    pub(super) fn new() -> Self {
        Self(IndexWriter::new(HashWriter::default()).ok())
    }

    pub(super) fn add(&mut self, claims: &Claims<'_>) {
        // Hashing cannot fail, nor can writing fields of the right number.
        let failed = self
            .0
            .as_mut()
            .is_some_and(|index| index.add(claims).is_err());
        if failed {
            self.0 = None;
        }
    }

    fn finish(self) -> Option<[u8; 32]> {
        let writer = self.0?.finish().ok()?;
        Some(writer.0.finalize().into())
    }
}

pub(super) fn check_index<R: Read + Seek>(
    index: IndexHash,
    files: &mut Files<'_, R>,
    checks: &mut Checks,
) {
    match (files.hash(INDEX, checks), index.finish()) {
        (Some(found), Some(expected)) if found == expected => {
            checks.done(Index, "it lists the receipts as they are");
        }
        (Some(_), _) => checks.fault(Index, "it is not what the receipts make it"),
        (None, _) => checks.fault(Index, "it is missing"),
    }
}

/// What the bundle says about itself.
pub(super) struct Claimed<'c> {
    /// `export.json` as it is.
    bytes: &'c [u8],
    said: Summary,
    pub(super) filter: Filter,
}

impl<'c> Claimed<'c> {
    pub(super) fn read(bytes: &'c [u8]) -> Result<Self, String> {
        let said: Summary = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if said.format != FORMAT {
            let format = said.format;
            return Err(format!(
                "its format is {format}, this verifier reads {FORMAT}"
            ));
        }
        let filter = Filter::try_from(&said.filter).map_err(|error| error.to_string())?;
        Ok(Self {
            bytes,
            said,
            filter,
        })
    }

    pub(super) fn population(&self) -> u64 {
        self.said.population
    }
}

/// Compares `export.json`, `report.html` and `VERIFY.md` with what the receipts make them.
pub(super) fn check<R: Read + Seek>(
    claimed: Option<&Claimed<'_>>,
    log: Option<&Checkpoint>,
    counts: FileCounts,
    tally: &Tally,
    files: &mut Files<'_, R>,
    checks: &mut Checks,
) {
    let page = files.read(REPORT, checks);
    let how_to = files.read(HOW_TO, checks);
    let (Some(page), Some(how_to)) = (page, how_to) else {
        return checks.fault(Report, "`report.html` or `VERIFY.md` is missing");
    };
    let (Some(claimed), Some(log)) = (claimed, log) else {
        checks.skip(SummaryCheck, "the log’s checkpoint cannot be read");
        return checks.skip(
            Report,
            "`export.json` or the log’s checkpoint cannot be read",
        );
    };
    let about = About {
        software: claimed.said.software.clone(),
        origin: log.origin.as_str(),
        size: log.size,
        root: log.root,
        filter: &claimed.filter,
        files: counts,
    };
    let found = Summary::new(&about, tally);
    if !found.to_json().is_ok_and(|bytes| bytes == claimed.bytes) {
        checks.fault(SummaryCheck, &difference(&claimed.said, &found));
    }
    checks.done(SummaryCheck, "it says what the receipts say");
    // Another version lays the same facts out in another way.
    if claimed.said.software != Software::this() {
        let why = format!(
            "it was laid out by version {}",
            claimed.said.software.version
        );
        return checks.skip(Report, &why);
    }
    let expected = crate::report::render(&found, &tally.rows);
    if !expected.is_ok_and(|expected| expected.as_bytes() == page) {
        checks.fault(Report, "`report.html` does not show what the receipts say");
    }
    if how_to != HOW_TO_TEXT.as_bytes() {
        checks.fault(Report, "`VERIFY.md` is not this version's");
    }
    checks.done(Report, "it shows what the receipts say");
}

/// Where the bundle's own words differ from what was found, as far as a person can use it.
fn difference(said: &Summary, found: &Summary) -> String {
    let parts = [
        ("format", said.format == found.format),
        ("log", said.log == found.log),
        ("claim", said.claim == found.claim),
        ("population", said.population == found.population),
        ("first", said.first == found.first),
        ("last", said.last == found.last),
        ("gaps", said.gaps == found.gaps),
        ("kinds", said.kinds == found.kinds),
        ("decisions", said.decisions == found.decisions),
        ("sample", said.sample == found.sample),
        ("proofs", said.proofs == found.proofs),
        ("policies", said.policies == found.policies),
        ("approvals", said.approvals == found.approvals),
        ("signals", said.signals == found.signals),
    ];
    let wrong: Vec<&str> = parts
        .into_iter()
        .filter_map(|(name, same)| (!same).then_some(name))
        .collect();
    if wrong.is_empty() {
        "it is not written as this version writes it".to_owned()
    } else {
        format!("it is wrong about: {}", wrong.join(", "))
    }
}
