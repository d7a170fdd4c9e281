//! The receipts, one after another, against everything that is known about the log.

use std::io::{Read, Seek};

use utc_attestation::log::{Checkpoint, TILE_WIDTH, TreeHash};
use utc_domain::{LeafHash, Timestamp};

use super::CheckName::{Chain, Filter as FilterCheck, Keys, Leaves, Order, Receipts, Tags};
use super::check::Checks;
use super::derived::IndexHash;
use super::files::Files;
use super::history::History;
use super::log::Tree;
use super::tags::TagKeys;
use crate::claims::{self, Receipt, Token};
use crate::export::{Claim, Filter};
use crate::keys::{KeyLine, ToldRanges};
use crate::layout::{self, RECEIPTS_PER_FILE};
use crate::tally::Tally;

/// What receipts are compared with.
pub(super) struct Expected<'e> {
    /// The log, if its checkpoint could be read.
    pub(super) checkpoint: Option<&'e Checkpoint>,
    /// The checkpoint as it is signed: what every proof has to end with.
    pub(super) checkpoint_text: &'e str,
    pub(super) filter: &'e Filter,
    pub(super) keys: &'e [KeyLine],
    pub(super) tags: &'e TagKeys,
}

/// What is known after so many receipts.
pub(super) struct Walk<'w, 'b, R> {
    pub(super) expected: &'w Expected<'w>,
    pub(super) files: &'w mut Files<'b, R>,
    tree: Option<Tree>,
    pub(super) tally: Tally,
    pub(super) index: IndexHash,
    pub(super) history: History,
    told: ToldRanges,
    before: Option<Before>,
    issuer: Option<String>,
    tags_checked: u64,
    pub(super) tags_unknown: u64,
    /// Tags that are right, and that others could have made.
    tags_worthless: u64,
}

/// The receipt before.
struct Before {
    seq: u64,
    at: Timestamp,
    leaf: LeafHash,
}

impl<'w, 'b, R: Read + Seek> Walk<'w, 'b, R> {
    pub(super) fn new(
        expected: &'w Expected<'w>,
        files: &'w mut Files<'b, R>,
        checks: &mut Checks,
    ) -> Self {
        let root = expected.checkpoint.map_or(TreeHash::EMPTY, |log| log.root);
        let tree = expected
            .checkpoint
            .map(|checkpoint| Tree::read(checkpoint, files, checks));
        Self {
            tally: Tally::new(root, expected.filter.claim()),
            index: IndexHash::new(),
            history: History::new(),
            told: ToldRanges::default(),
            before: None,
            issuer: None,
            tags_checked: 0,
            tags_unknown: 0,
            tags_worthless: 0,
            expected,
            files,
            tree,
        }
    }

    /// Reads every file of receipts, in order.
    pub(super) fn run(&mut self, checks: &mut Checks, progress: &mut dyn FnMut(u64)) {
        let mut payload = Vec::new();
        for number in 0.. {
            let path = layout::receipts(number);
            let Some(bytes) = self.files.read(&path, checks) else {
                break;
            };
            let lines = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
            let mut count = 0;
            for line in lines.split(|&byte| byte == b'\n') {
                count += 1;
                self.line(line, &mut payload, checks);
            }
            let more = self.files.contains(&layout::receipts(number + 1));
            if !bytes.ends_with(b"\n") || !fits(count, more) {
                let fault = format!("`{path}` does not have {RECEIPTS_PER_FILE} lines");
                checks.fault(Receipts, &fault);
            }
            progress(self.tally.population);
        }
        self.finish(checks);
    }

    fn line(&mut self, line: &[u8], payload: &mut Vec<u8>, checks: &mut Checks) {
        let number = self.tally.population;
        let wrong = |why: String| format!("receipt {number} of the bundle: {why}");
        let split = claims::split(line, payload).map_err(wrong);
        let Some(token) = checks.value(Receipts, split) else {
            return;
        };
        let read = claims::read(payload).map_err(wrong);
        let Some(receipt) = checks.value(Receipts, read) else {
            return;
        };
        self.check_issuer(&receipt, checks);
        self.check_tag(&token, &receipt, checks);
        self.check_key(&token, &receipt, checks);
        self.check_filter(&receipt, checks);
        self.check_leaf(&token, &receipt, checks);
        self.check_chain(&receipt, checks);
        self.check_order(&receipt, checks);
        self.check_proof(line, &receipt, checks);
        if self.tally.add(&receipt) {
            self.index.add(&receipt.claims);
            self.told.add(&receipt.claims);
            self.history.add(&receipt.claims);
        }
        self.before = Some(Before {
            seq: receipt.claims.seq,
            at: receipt.at,
            leaf: token.leaf,
        });
    }

    fn check_issuer(&mut self, receipt: &Receipt<'_>, checks: &mut Checks) {
        let issuer = &*receipt.claims.iss;
        let first = self.issuer.get_or_insert_with(|| issuer.to_owned());
        if first != issuer {
            let seq = receipt.claims.seq;
            checks.fault(
                Receipts,
                &format!("{seq}: another issuer than the first one's"),
            );
        }
    }

    fn check_tag(&mut self, token: &Token<'_>, receipt: &Receipt<'_>, checks: &mut Checks) {
        match self.expected.tags.find(&token.kid) {
            Some(key) if key.verify(token.signed, &token.tag) => {
                if self.vouched(token, receipt.claims.seq) {
                    self.tags_checked += 1;
                } else {
                    self.tags_worthless += 1;
                }
            }
            Some(_) => {
                let seq = receipt.claims.seq;
                checks.fault(
                    Tags,
                    &format!("{seq}: the tag is not that of key {}", token.kid),
                );
            }
            None => self.tags_unknown += 1,
        }
    }

    /// A key that is not the log's there at all is a fault of its own.
    fn vouched(&self, token: &Token<'_>, seq: u64) -> bool {
        let mut lines = self.expected.keys.iter();
        lines.all(|line| line.kid != token.kid.as_str() || !line.covers(seq) || line.vouches(seq))
    }

    fn check_key(&self, token: &Token<'_>, receipt: &Receipt<'_>, checks: &mut Checks) {
        let seq = receipt.claims.seq;
        let kid = token.kid.as_str();
        let mut lines = self.expected.keys.iter();
        if !lines.any(|line| line.kid == kid && line.covers(seq)) {
            checks.fault(Keys, &format!("{seq}: key {kid} was not the log's there"));
        }
    }

    fn check_filter(&self, receipt: &Receipt<'_>, checks: &mut Checks) {
        if !self.expected.filter.matches(receipt) {
            let seq = receipt.claims.seq;
            checks.fault(
                FilterCheck,
                &format!("{seq}: it is not what the filter asks for"),
            );
        }
    }

    fn check_leaf(&mut self, token: &Token<'_>, receipt: &Receipt<'_>, checks: &mut Checks) {
        let Some(tree) = &mut self.tree else { return };
        let seq = receipt.claims.seq;
        let fault = match tree.leaf(seq, self.files, checks) {
            Some(leaf) if leaf == TreeHash::from(token.leaf) => return,
            Some(_) => format!("{seq}: the log has another leaf there"),
            None => format!("{seq}: no tile shows the leaf there"),
        };
        checks.fault(Leaves, &fault);
    }

    /// The leaf before is the receipt before, or stands in the same tile. Where neither is in the bundle,
    /// the tree alone vouches for the order.
    fn check_chain(&mut self, receipt: &Receipt<'_>, checks: &mut Checks) {
        let seq = receipt.claims.seq;
        let before = self.before.as_ref().filter(|before| before.seq + 1 == seq);
        let expected = match (before, &mut self.tree) {
            (Some(before), _) => Some(before.leaf),
            (None, _) if seq == 0 => Some(LeafHash::ZERO),
            (None, Some(tree)) if !seq.is_multiple_of(TILE_WIDTH) => {
                tree.leaf(seq - 1, self.files, checks).map(LeafHash::from)
            }
            (None, _) => None,
        };
        if expected.is_some_and(|leaf| leaf != receipt.prev) {
            checks.fault(Chain, &format!("{seq}: `prev` is not the leaf before"));
        }
    }

    fn check_order(&self, receipt: &Receipt<'_>, checks: &mut Checks) {
        let Some(before) = &self.before else { return };
        let seq = receipt.claims.seq;
        if seq <= before.seq {
            checks.fault(Order, &format!("{seq}: it comes behind {}", before.seq));
        } else if receipt.at <= before.at {
            checks.fault(
                Order,
                &format!("{seq}: it is not later than the one before"),
            );
        }
        if self.expected.filter.claim() != Claim::InclusionOnly && seq > before.seq + 1 {
            checks.fault(
                Order,
                &format!("{} to {}: missing", before.seq + 1, seq - 1),
            );
        }
    }

    fn finish(&mut self, checks: &mut Checks) {
        if let Some(tree) = &mut self.tree {
            tree.finish(self.files, checks);
            checks.done(Leaves, "every receipt is the leaf at its position");
        }
        checks.done(Receipts, "every line is a receipt of version 1");
        self.history.finish(checks);
        self.finish_keys(checks);
        checks.done(Order, "positions and times ascend");
        checks.done(Chain, "every receipt names the leaf before it");
        checks.done(FilterCheck, "every receipt is one that the filter asks for");
        self.finish_tags(checks);
        self.finish_proofs(checks);
    }

    /// Only where every receipt is there do they tell of every key.
    fn finish_keys(&self, checks: &mut Checks) {
        let whole = self.expected.filter.claim() == Claim::Whole && self.tally.population > 0;
        let (faults, detail) = if whole {
            (
                self.told.differences(self.expected.keys),
                "every receipt names a key that the log's receipts register for its position",
            )
        } else {
            (
                self.told.contradictions(self.expected.keys),
                "every receipt names a key that was the log's at its position, as the exporter's list says",
            )
        };
        for fault in faults {
            checks.fault(Keys, &fault);
        }
        checks.done(Keys, detail);
    }

    fn finish_tags(&self, checks: &mut Checks) {
        let (checked, unknown) = (self.tags_checked, self.tags_unknown);
        if self.tags_worthless > 0 {
            let count = self.tags_worthless;
            let why = format!(
                "{checked} tags are right; {count} are of a key that others had by then and prove nothing; for {unknown} no \
                 secret was given"
            );
            return checks.skip(Tags, &why);
        }
        match (checked, unknown) {
            (_, 0) if checked > 0 => checks.done(Tags, "every tag is right"),
            (0, 0) if !self.expected.tags.is_empty() => checks.done(Tags, "there are no receipts"),
            (0, _) => checks.skip(Tags, "no secret was given for the receipts' keys"),
            (_, _) => {
                let why = format!("{checked} tags are right; for {unknown} no secret was given");
                checks.skip(Tags, &why);
            }
        }
    }
}

/// Files have a fixed number of lines but the last, so that there is one way to write the same receipts.
fn fits(lines: usize, more: bool) -> bool {
    lines == RECEIPTS_PER_FILE || (!more && lines < RECEIPTS_PER_FILE)
}
