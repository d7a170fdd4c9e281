//! Everything that the receipts of a bundle add up to, in one pass and with bounded memory.
//!
//! Exporter and verifier count with the same code: whatever a bundle says about its receipts is computed
//! again from them, and compared.

use std::collections::BTreeSet;

use utc_attestation::log::TreeHash;
use utc_domain::{ApprovalId, ReceiptId};

use crate::claims::Receipt;
use crate::counter::{Bounded, Capped, Counter};
use crate::export::Claim;
use crate::gaps::Gaps;
use crate::report::Rows;
use crate::sample::Sample;

/// More proofs than this are not written: the tiles prove the rest, and a ZIP with a million files is of
/// no use to anybody.
const MAX_PROOFS: usize = 100_000;

/// More names of kinds and decisions than there are.
const NAMES: usize = 64;

/// More policy sets than a log names: each is a file of the bundle.
const MAX_POLICIES: usize = 10_000;

/// More approvals than a bundle has: 16 bytes of memory for each.
const MAX_APPROVALS: usize = 1_000_000;

/// The first or the last receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) seq: u64,
    pub(crate) ts: String,
}

pub(crate) struct Tally {
    claim: Claim,
    pub(crate) population: u64,
    pub(crate) first: Option<Spot>,
    pub(crate) last: Option<Spot>,
    pub(crate) gaps: Gaps,
    pub(crate) kinds: Counter<String>,
    pub(crate) decisions: Counter<String>,
    /// The digests of the policy sets that receipts name.
    pub(crate) policies: Bounded<String>,
    pub(crate) approvals: Bounded<ApprovalId>,
    pub(crate) sample: Sample,
    wanted: Capped<(u64, ReceiptId)>,
    pub(crate) rows: Rows,
}

impl Tally {
    pub(crate) fn new(root: TreeHash, claim: Claim) -> Self {
        Self {
            claim,
            population: 0,
            first: None,
            last: None,
            gaps: Gaps::new(),
            kinds: Counter::new(NAMES),
            decisions: Counter::new(NAMES),
            policies: Bounded::new(MAX_POLICIES),
            approvals: Bounded::new(MAX_APPROVALS),
            sample: Sample::new(root),
            wanted: Capped::new(MAX_PROOFS),
            rows: Rows::new(),
        }
    }

    /// Takes the next receipt. `false` if its position is not behind the one before: then it counts for
    /// nothing.
    pub(crate) fn add(&mut self, receipt: &Receipt<'_>) -> bool {
        let claims = &receipt.claims;
        if !self.gaps.add(claims.seq) {
            return false;
        }
        self.population += 1;
        self.kinds.count(&claims.kind);
        if claims.is_plain_decision() {
            self.decisions
                .count(claims.decision.as_deref().unwrap_or_default());
        }
        self.place(receipt);
        self.note_references(receipt);
        self.sample.offer(claims.seq, receipt.id);
        if self.claim == Claim::InclusionOnly || !claims.is_plain_decision() {
            self.wanted.push(|| (claims.seq, receipt.id));
        }
        self.rows.add(receipt);
        true
    }

    /// The receipts whose proof is in the bundle, by position: the sample, and whatever is not a plain
    /// decision (or everything, where receipts were picked).
    pub(crate) fn proofs(&self) -> BTreeSet<(u64, ReceiptId)> {
        let wanted = self.wanted.rows().iter().copied();
        wanted.chain(self.sample.drawn()).collect()
    }

    /// How many receipts should have a proof too and have none.
    pub(crate) fn proofs_left_out(&self) -> u64 {
        self.wanted.more()
    }

    fn place(&mut self, receipt: &Receipt<'_>) {
        let seq = receipt.claims.seq;
        let spot = || Spot {
            seq,
            ts: receipt.claims.ts.to_string(),
        };
        self.first.get_or_insert_with(spot);
        match &mut self.last {
            Some(last) => {
                last.seq = seq;
                last.ts.replace_range(.., &receipt.claims.ts);
            }
            None => self.last = Some(spot()),
        }
    }

    fn note_references(&mut self, receipt: &Receipt<'_>) {
        let digest = &*receipt.claims.policy.digest;
        if !self.policies.set().contains(digest) {
            self.policies.insert(digest.to_owned());
        }
        let approval = receipt.claims.link.approval.as_deref();
        if let Some(id) = approval.and_then(|id| id.parse().ok()) {
            self.approvals.insert(id);
        }
    }
}
