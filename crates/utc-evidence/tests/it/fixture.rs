//! A small log in memory, and bundles of it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::Cursor;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use utc_attestation::log::{
    Checkpoint, Frontier, HashReader, LogKey, TileId, TreeHash, parent, sign_checkpoint, tile_width,
};
use utc_attestation::{Engine, KeyRing, ReceiptSealer, Secret, sha256_hex};
use utc_domain::{ApprovalId, Draft, KeyId, LeafHash, Placement, Sealer, Timestamp};
use utc_evidence::{
    Anchors, Bundle, Entry, Export, Exported, Filter, KeyRange, Limits, Progress, Record, Report,
    Source, verify_bundle,
};

use crate::drafts::{POLICY, draft};

pub(crate) const SECRET: &str = "a secret for tests, 32 characters or more";
pub(crate) const ORIGIN: &str = "utc.example/log";

pub(crate) fn log_key(seed: u8) -> LogKey {
    key_of(ORIGIN, seed)
}

/// The key of a log with another name.
pub(crate) fn key_of(origin: &str, seed: u8) -> LogKey {
    LogKey::from_seed(origin.parse().unwrap(), &[seed; 32])
}

pub(crate) fn ring() -> Arc<KeyRing> {
    Arc::new(KeyRing::new(Secret::new(SECRET).unwrap(), None, Vec::new()).unwrap())
}

/// From 2026-01-31 on, one receipt a minute.
pub(crate) fn time(seq: u64) -> Timestamp {
    let start: Timestamp = "2026-01-31T12:00:00.000001Z".parse().unwrap();
    start.plus_minutes(i64::try_from(seq).unwrap())
}

pub(crate) fn sealer(ring: &Arc<KeyRing>) -> ReceiptSealer {
    let engine = Engine {
        name: "utc-policy".to_owned(),
        version: "0.1.0".to_owned(),
    };
    ReceiptSealer::new(Arc::clone(ring), "utc".to_owned(), engine)
}

pub(crate) fn range(kid: &KeyId, from_seq: u64, to_seq: Option<u64>) -> KeyRange {
    let kid = kid.clone();
    KeyRange {
        kid,
        from_seq,
        to_seq,
        compromised_from: None,
    }
}

/// A log whose every receipt was sealed.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) entries: Vec<Entry>,
    pub(crate) leaves: Vec<TreeHash>,
    pub(crate) approvals: BTreeMap<ApprovalId, String>,
    pub(crate) signals: Vec<Record>,
    pub(crate) keys: Vec<KeyRange>,
    pub(crate) policy: String,
}

impl Log {
    /// A log with `size` receipts of many kinds.
    pub(crate) fn new(size: u64) -> Self {
        Self::of((0..size).map(draft))
    }

    pub(crate) fn of(drafts: impl Iterator<Item = Draft>) -> Self {
        let ring = ring();
        Self::sealed(&ring, |_| ring.active(), drafts)
    }

    /// A log whose receipt at each position is signed with the key that `kid` names.
    pub(crate) fn sealed<'k>(
        ring: &'k Arc<KeyRing>,
        kid: impl Fn(u64) -> &'k KeyId,
        drafts: impl Iterator<Item = Draft>,
    ) -> Self {
        let sealer = sealer(ring);
        let mut log = Self {
            entries: Vec::new(),
            leaves: Vec::new(),
            approvals: BTreeMap::new(),
            signals: vec![Record {
                name: "run-2026-01-31".to_owned(),
                json: r#"{"run":1}"#.to_owned(),
            }],
            keys: vec![range(ring.active(), 0, None)],
            policy: POLICY.to_owned(),
        };
        let mut prev = LeafHash::ZERO;
        for (seq, draft) in (0..).zip(drafts) {
            let ts = time(seq);
            let place = Placement { seq, prev, ts };
            let receipt = sealer.seal(kid(seq), &draft, &place).unwrap();
            prev = receipt.leaf;
            log.push(receipt.jws, receipt.leaf);
            if let Some(id) = draft.meta.approval {
                let json = format!(r#"{{"id":"{id}","status":"approved"}}"#);
                log.approvals.insert(id, json);
            }
        }
        log
    }

    pub(crate) fn push(&mut self, jws: String, leaf: LeafHash) {
        let seq = self.size();
        self.entries.push(Entry { seq, jws });
        self.leaves.push(leaf.into());
    }

    pub(crate) fn size(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap()
    }

    pub(crate) fn checkpoint(&self, size: u64) -> Checkpoint {
        let mut frontier = Frontier::empty();
        for leaf in self.leaves.iter().take(usize::try_from(size).unwrap()) {
            frontier.push((*leaf).into());
        }
        Checkpoint {
            origin: ORIGIN.parse().unwrap(),
            size,
            root: frontier.root(),
        }
    }

    pub(crate) fn head(&self, key: &LogKey, size: u64) -> String {
        let checkpoint = Checkpoint {
            origin: key.verifier_key().origin().clone(),
            ..self.checkpoint(size)
        };
        sign_checkpoint(key, &checkpoint).unwrap()
    }

    fn hashes(&self, tile: TileId) -> Vec<TreeHash> {
        let width = u64::from(tile_width(tile, self.size()));
        let first = tile.index * 256;
        if tile.level == 0 {
            let range = usize::try_from(first).unwrap()..usize::try_from(first + width).unwrap();
            return self.leaves[range].to_vec();
        }
        let below = |index| {
            let level = tile.level - 1;
            let hashes = self.hashes(TileId { level, index });
            parent(&hashes.try_into().unwrap())
        };
        (first..first + width).map(below).collect()
    }
}

impl HashReader for Log {
    type Error = Infallible;

    fn tile(&mut self, tile: TileId, width: u16) -> Result<Vec<TreeHash>, Infallible> {
        let mut hashes = self.hashes(tile);
        hashes.truncate(usize::from(width));
        Ok(hashes)
    }
}

impl Source for Log {
    fn receipts(
        &mut self,
        filter: &Filter,
        range: Range<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, Infallible> {
        let matches = |entry: &&Entry| {
            let draft = draft(entry.seq);
            let at = time(entry.seq);
            let subject = filter.subject.as_ref();
            range.contains(&entry.seq)
                && filter.from.is_none_or(|from| from <= at)
                && filter.to.is_none_or(|to| at < to)
                && (filter.unit.is_none() || filter.unit == draft.unit)
                && subject.is_none_or(|subject| *subject == draft.subject)
        };
        let found = self.entries.iter().filter(matches).take(limit);
        Ok(found.cloned().collect())
    }

    fn policy(&mut self, digest: &str) -> Result<Option<String>, Infallible> {
        Ok((digest == sha256_hex(POLICY)).then(|| self.policy.clone()))
    }

    fn approval(&mut self, id: ApprovalId) -> Result<Option<String>, Infallible> {
        Ok(self.approvals.get(&id).cloned())
    }

    fn signals(
        &mut self,
        _: &Filter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, Infallible> {
        let later = |record: &&Record| after.is_none_or(|after| record.name.as_str() > after);
        let found = self.signals.iter().filter(later).take(limit);
        Ok(found.cloned().collect())
    }

    fn keys(&mut self) -> Result<Vec<KeyRange>, Infallible> {
        Ok(self.keys.clone())
    }
}

/// Runs an export with log key `seed`, up to where its receipt would be made.
pub(crate) fn with_export<T>(
    log: &mut Log,
    filter: &Filter,
    seed: u8,
    finish: impl FnOnce(Exported<'_, Cursor<Vec<u8>>>) -> T,
) -> T {
    let size = log.size();
    export_at(log, size, filter, seed, finish)
}

/// The same for the log as it was at a size.
pub(crate) fn export_at<T>(
    log: &mut Log,
    size: u64,
    filter: &Filter,
    seed: u8,
    finish: impl FnOnce(Exported<'_, Cursor<Vec<u8>>>) -> T,
) -> T {
    export_with(log, size, filter, &log_key(seed), finish)
}

/// The same with any key.
pub(crate) fn export_with<T>(
    log: &mut Log,
    size: u64,
    filter: &Filter,
    key: &LogKey,
    finish: impl FnOnce(Exported<'_, Cursor<Vec<u8>>>) -> T,
) -> T {
    let checkpoint = log.head(key, size);
    let export = Export {
        filter,
        checkpoint: &checkpoint,
        key,
    };
    let mut watch = |_, _, _| ControlFlow::Continue(());
    let out = Cursor::new(Vec::new());
    let mut progress = Progress::new(&mut watch);
    finish(export.write(log, out, &mut progress).unwrap())
}

/// The ZIP of what the filter asks for.
pub(crate) fn export(log: &mut Log, filter: &Filter) -> Vec<u8> {
    with_export(log, filter, 1, |exported| {
        exported.finish(None).unwrap().into_inner()
    })
}

pub(crate) fn verify(zip: &[u8], anchors: &mut Anchors<'_>) -> Report {
    let mut bundle = Bundle::open(Cursor::new(zip), Limits::USUAL).unwrap();
    verify_bundle(&mut bundle, anchors, &mut |_, _| {})
}

/// What whoever knows log key 1 has from outside.
pub(crate) fn anchored() -> Anchors<'static> {
    Anchors {
        vkeys: vec![log_key(1).verifier_key().clone()],
        ..Anchors::default()
    }
}

/// The checks that failed, each with its first fault.
pub(crate) fn faults(report: &Report) -> Vec<String> {
    let failed = report.checks.iter().filter(|check| check.fault_count > 0);
    failed
        .map(|check| format!("{}: {}", check.name, check.faults[0]))
        .collect()
}
