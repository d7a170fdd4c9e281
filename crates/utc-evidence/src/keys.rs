//! Which key signed which receipts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::claims::Claims;
use crate::export::KeyRange;

/// One key of `receipt-keys.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyLine {
    pub(crate) kid: String,
    pub(crate) from_seq: u64,
    pub(crate) to_seq: Option<u64>,
    /// `active` or `retired`.
    pub(crate) state: String,
}

impl KeyLine {
    /// Whether the state is the one that follows from the range.
    pub(crate) fn is_coherent(&self) -> bool {
        self.state == state(self.to_seq)
    }

    pub(crate) fn covers(&self, seq: u64) -> bool {
        self.from_seq <= seq && self.to_seq.is_none_or(|to| seq <= to)
    }
}

/// `receipt-keys.json`.
pub(crate) fn write(ranges: &[KeyRange]) -> serde_json::Result<Vec<u8>> {
    let line = |range: &KeyRange| KeyLine {
        kid: range.kid.to_string(),
        from_seq: range.from_seq,
        to_seq: range.to_seq,
        state: state(range.to_seq).to_owned(),
    };
    let lines: Vec<KeyLine> = ranges.iter().map(line).collect();
    let mut bytes = serde_json::to_vec_pretty(&lines)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn state(to_seq: Option<u64>) -> &'static str {
    if to_seq.is_some() {
        "retired"
    } else {
        "active"
    }
}

/// The ranges that the receipts of the bundle themselves tell of.
///
/// The first entry of a log is signed with the key that it registers. Every later change is signed with
/// the key that it retires, and the new one signs from the next receipt on.
#[derive(Debug, Default)]
pub(crate) struct ToldRanges {
    open: BTreeMap<String, u64>,
    /// Key, first and last position.
    closed: Vec<(String, u64, u64)>,
}

impl ToldRanges {
    pub(crate) fn add(&mut self, claims: &Claims<'_>) {
        for change in &claims.meta.keys {
            let kid = change.kid.to_string();
            match &*change.state {
                "active" => {
                    let from = claims.seq + u64::from(claims.seq > 0);
                    self.open.insert(kid, from);
                }
                _ => {
                    if let Some(from) = self.open.remove(&kid) {
                        self.closed.push((kid, from, claims.seq));
                    }
                }
            }
        }
    }

    /// What the list of the bundle should say of the keys that began in this bundle, and does not.
    pub(crate) fn contradictions(&self, listed: &[KeyLine]) -> Vec<String> {
        let closed = self
            .closed
            .iter()
            .map(|(kid, from, to)| (kid, *from, Some(*to)));
        let open = self.open.iter().map(|(kid, from)| (kid, *from, None));
        let told = closed.chain(open);
        let missing = told.filter(|(kid, from, to)| {
            let same = |line: &KeyLine| line.kid == **kid && line.from_seq == *from;
            let found = listed.iter().find(|line| same(line));
            found.is_none_or(|line| to.is_some() && line.to_seq != *to)
        });
        missing
            .map(|(kid, from, _)| {
                format!("the receipts say that key {kid} signs from {from} on; the list does not")
            })
            .collect()
    }
}
