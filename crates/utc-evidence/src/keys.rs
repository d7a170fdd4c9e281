//! Which key signed which receipts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utc_domain::KeyId;

use crate::claims::Claims;
use crate::export::KeyRange;

/// One key of `receipt-keys.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyLine {
    pub(crate) kid: String,
    pub(crate) from_seq: u64,
    pub(crate) to_seq: Option<u64>,
    /// The first position whose tag proves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) compromised_from: Option<u64>,
    /// `active`, `retired` or `compromised`.
    pub(crate) state: String,
}

impl KeyLine {
    /// Whether the state is the one that follows from the range.
    pub(crate) fn is_coherent(&self) -> bool {
        self.state == state(self.to_seq, self.compromised_from)
    }

    pub(crate) fn covers(&self, seq: u64) -> bool {
        self.from_seq <= seq && self.to_seq.is_none_or(|to| seq <= to)
    }

    fn is_compromised_by(&self, seq: u64) -> bool {
        self.compromised_from.is_some_and(|from| from <= seq)
    }

    /// Whether a tag at this position counts: nobody else could make one.
    pub(crate) fn vouches(&self, seq: u64) -> bool {
        self.covers(seq) && self.compromised_from.is_none_or(|from| seq < from)
    }
}

/// `receipt-keys.json`.
pub(crate) fn write(ranges: &[KeyRange]) -> serde_json::Result<Vec<u8>> {
    let line = |range: &KeyRange| KeyLine {
        kid: range.kid.to_string(),
        from_seq: range.from_seq,
        to_seq: range.to_seq,
        compromised_from: range.compromised_from,
        state: state(range.to_seq, range.compromised_from).to_owned(),
    };
    let lines: Vec<KeyLine> = ranges.iter().map(line).collect();
    let mut bytes = serde_json::to_vec_pretty(&lines)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn state(to_seq: Option<u64>, compromised_from: Option<u64>) -> &'static str {
    match (to_seq, compromised_from) {
        (_, Some(_)) => "compromised",
        (Some(_), None) => "retired",
        (None, None) => "active",
    }
}

/// More changes of receipts' keys than any log has.
const MOST: usize = 1_000;

/// The ranges that the receipts of the bundle themselves tell of.
///
/// The first entry of a log is signed with the key that it registers. Every later change is signed with
/// the key that it retires, and the new one signs from the next receipt on.
#[derive(Debug, Default)]
pub(crate) struct ToldRanges {
    open: BTreeMap<KeyId, u64>,
    /// Key, first and last position.
    closed: Vec<(KeyId, u64, u64)>,
    /// From where on tags prove nothing: the smallest position that was said.
    compromised: BTreeMap<KeyId, u64>,
    changes: usize,
}

impl ToldRanges {
    pub(crate) fn add(&mut self, claims: &Claims<'_>) {
        if &*claims.kind != "key_change" {
            return;
        }
        for change in &claims.meta.keys {
            self.changes = self.changes.saturating_add(1);
            let kid = change.kid.parse();
            if let Ok(kid) = kid
                && self.changes <= MOST
            {
                match change.from_seq {
                    Some(from) => self.compromise(kid, from),
                    None => self.change(kid, &change.state, claims.seq),
                }
            }
        }
    }

    fn change(&mut self, kid: KeyId, state: &str, seq: u64) {
        if state == "active" {
            self.open.insert(kid, seq + u64::from(seq > 0));
        } else if let Some(from) = self.open.remove(&kid) {
            self.closed.push((kid, from, seq));
        }
    }

    fn compromise(&mut self, kid: KeyId, from: u64) {
        let smallest = self.compromised.entry(kid).or_insert(from);
        *smallest = from.min(*smallest);
    }

    /// What is wrong with the list of a bundle that has every receipt of the log: it says what they say,
    /// neither less nor more.
    pub(crate) fn differences(&self, listed: &[KeyLine]) -> Vec<String> {
        let told: Vec<KeyLine> = self.told().collect();
        let missing = told.iter().filter(|line| !listed.contains(line));
        let missing = missing.map(|line| unlisted(&line.kid, line.from_seq));
        let untold = listed.iter().filter(|line| !told.contains(line));
        let untold = untold.map(|line| {
            format!(
                "the list says that key {} signs from {} on; the receipts do not say that",
                line.kid, line.from_seq
            )
        });
        self.too_many().chain(missing).chain(untold).collect()
    }

    /// What the list of a bundle with a part of the log should say of the keys that began in that part, and
    /// does not.
    pub(crate) fn contradictions(&self, listed: &[KeyLine]) -> Vec<String> {
        let missing = self.told().filter(|told| {
            let same = |line: &&KeyLine| line.kid == told.kid && line.from_seq == told.from_seq;
            let found = listed.iter().find(same);
            found.is_none_or(|line| told.to_seq.is_some() && line.to_seq != told.to_seq)
        });
        let missing = missing.map(|line| unlisted(&line.kid, line.from_seq));
        let unsaid = self.compromised.iter().filter(|(kid, from)| {
            let mut of_key = listed.iter().filter(|line| line.kid == kid.as_str());
            of_key.any(|line| !line.is_compromised_by(**from))
        });
        let unsaid = unsaid.map(|(kid, from)| {
            format!("the receipts say that others could sign with key {kid} from {from} on; the list does not")
        });
        self.too_many().chain(missing).chain(unsaid).collect()
    }

    fn told(&self) -> impl Iterator<Item = KeyLine> {
        let closed = self
            .closed
            .iter()
            .map(|(kid, from, to)| (kid, *from, Some(*to)));
        let open = self.open.iter().map(|(kid, from)| (kid, *from, None));
        closed.chain(open).map(|(kid, from_seq, to_seq)| KeyLine {
            kid: kid.to_string(),
            from_seq,
            to_seq,
            compromised_from: self.compromised.get(kid).copied(),
            state: state(to_seq, self.compromised.get(kid).copied()).to_owned(),
        })
    }

    fn too_many(&self) -> impl Iterator<Item = String> {
        let more = self.changes > MOST;
        more.then(|| format!("the receipts change keys more than {MOST} times"))
            .into_iter()
    }
}

fn unlisted(kid: &str, from: u64) -> String {
    format!("the receipts say that key {kid} signs from {from} on; the list does not")
}
