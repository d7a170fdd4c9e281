//! Makes a bundle of a large log, verifies it, and says how long both take.
//!
//! `cargo run --release -p utc-evidence --example verify_speed [RECEIPTS] [FILE]`
//!
//! With a file, the bundle stays there, to be looked at with other tools.

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::io::{Cursor, Read, Seek, Write};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::time::Instant;

use utc_attestation::log::{
    Checkpoint, Frontier, HashReader, LogKey, TILE_WIDTH, TileId, TreeHash, parent,
    sign_checkpoint, tile_width,
};
use utc_attestation::{Engine, KeyRing, ReceiptSealer, Secret, sha256_hex};
use utc_domain::{
    ApprovalId, Code, Decision, Draft, GroundSet, KeyChange, KeyState, LeafHash, Meta, Placement,
    PolicyRef, ReceiptId, ReceiptKind, Sealer, Timestamp,
};
use utc_evidence::{
    Anchors, Bundle, Entry, Export, Filter, KeyRange, Limits, Progress, Record, Source,
    verify_bundle,
};
use uuid::Uuid;

/// What a run in tests makes: enough to have tiles on two levels.
const DEFAULT: u64 = 300;

const POLICY: &str = r#"{"v":1}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let receipts = arguments
        .next()
        .map_or(Ok(DEFAULT), |count| count.parse())?;
    let mut log = Log::new(receipts)?;
    let Some(path) = arguments.next() else {
        let zip = export(&mut log, Cursor::new(Vec::new()))?;
        return verify(zip, &log.key, receipts);
    };
    let file = std::fs::File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    let zip = export(&mut log, file)?;
    verify(zip, &log.key, receipts)
}

fn export<W: Write + Seek>(log: &mut Log, out: W) -> Result<W, Box<dyn Error>> {
    let started = Instant::now();
    let (checkpoint, filter) = (log.checkpoint()?, Filter::default());
    let key = LogKey::from_seed("utc.example/log".parse()?, &[1; 32]);
    let export = Export {
        filter: &filter,
        checkpoint: &checkpoint,
        key: &key,
    };
    let mut watch = |_, _, _| ControlFlow::Continue(());
    let exported = export.write(log, out, &mut Progress::new(&mut watch))?;
    let zip = exported.finish(None)?;
    println!(
        "export, with sealing each receipt twice: {:?}",
        started.elapsed()
    );
    Ok(zip)
}

fn verify<R: Read + Seek>(zip: R, key: &LogKey, receipts: u64) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let mut bundle = Bundle::open(zip, Limits::USUAL)?;
    let mut anchors = Anchors {
        vkeys: vec![key.verifier_key().clone()],
        ..Anchors::default()
    };
    let report = verify_bundle(&mut bundle, &mut anchors, &mut |_, _| {});
    let elapsed = started.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "a rate is not exact")]
    let rate = receipts as f64 / elapsed.as_secs_f64();
    println!(
        "verify: {elapsed:?}, {rate:.0} receipts a second, {}",
        report.status.as_str()
    );
    for check in report.checks.iter().filter(|check| check.fault_count > 0) {
        println!("{}: {:?}", check.name, check.faults);
    }
    Ok(())
}

/// A log that seals its receipts when they are read, so that only their hashes are in memory.
struct Log {
    key: LogKey,
    ring: Arc<KeyRing>,
    sealer: ReceiptSealer,
    leaves: Vec<LeafHash>,
}

impl Log {
    fn new(receipts: u64) -> Result<Self, Box<dyn Error>> {
        let secret = Secret::new("an example's secret, at least 32 characters")?;
        let ring = Arc::new(KeyRing::new(secret, None, Vec::new())?);
        let engine = Engine {
            name: "utc-policy".to_owned(),
            version: "0.1.0".to_owned(),
        };
        let sealer = ReceiptSealer::new(Arc::clone(&ring), "utc".to_owned(), engine);
        let key = LogKey::from_seed("utc.example/log".parse()?, &[1; 32]);
        let leaves = Vec::new();
        let mut log = Self {
            key,
            ring,
            sealer,
            leaves,
        };
        for seq in 0..receipts {
            let leaf = log.sealer.leaf(&log.jws(seq)?);
            log.leaves.push(leaf);
        }
        Ok(log)
    }

    fn checkpoint(&self) -> Result<String, Box<dyn Error>> {
        let mut frontier = Frontier::empty();
        self.leaves.iter().for_each(|leaf| frontier.push(*leaf));
        let checkpoint = Checkpoint {
            origin: self.key.verifier_key().origin().clone(),
            size: frontier.size(),
            root: frontier.root(),
        };
        Ok(sign_checkpoint(&self.key, &checkpoint)?)
    }

    fn jws(&self, seq: u64) -> Result<String, Failure> {
        let before = usize::try_from(seq).ok().and_then(|at| at.checked_sub(1));
        let prev = before.and_then(|at| self.leaves.get(at));
        let start: Timestamp = "2026-01-31T12:00:00Z".parse().map_err(Failure::of)?;
        let place = Placement {
            seq,
            prev: prev.copied().unwrap_or(LeafHash::ZERO),
            ts: start.plus_micros(i64::try_from(seq * 1_000).map_err(Failure::of)?),
        };
        let draft = self.draft(seq).map_err(Failure::of)?;
        let sealed = self.sealer.seal(self.ring.active(), &draft, &place);
        Ok(sealed.map_err(Failure::of)?.jws)
    }

    /// The beginning of the log, then decisions on a hundred units.
    fn draft(&self, seq: u64) -> Result<Draft, utc_domain::DomainError> {
        let decision = Draft {
            id: ReceiptId::new(Uuid::from_u128(u128::from(seq))),
            kind: ReceiptKind::Decision,
            subject: format!("agent-{}", seq % 50).parse()?,
            action: Some("write:/payments/17".parse()?),
            unit: Some(format!("unit-{}", seq % 100).parse()?),
            decision: Some(Decision::Allow),
            grounds: GroundSet::EMPTY,
            reason: "Nothing speaks against the write.".to_owned(),
            code: Code::NoRestriction,
            payload_hash: Some(sha256_hex("body").parse()?),
            meta: Meta {
                lambda_est: Some(40.0),
                mu_est: Some(100.0),
                rho: Some(0.4),
                ..Meta::default()
            },
            policy: PolicyRef {
                digest: sha256_hex(POLICY),
                version: 1,
            },
        };
        if seq > 0 {
            return Ok(decision);
        }
        let meta = Meta {
            keys: vec![KeyChange {
                kid: self.ring.active().clone(),
                state: KeyState::Active,
            }],
            ..Meta::default()
        };
        Ok(Draft {
            kind: ReceiptKind::KeyChange,
            code: Code::LogCreated,
            decision: None,
            meta,
            ..decision
        })
    }
}

/// Why the example's log cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the log cannot be read")]
struct Failure(#[source] Box<dyn Error + Send + Sync>);

impl Failure {
    fn of(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

impl HashReader for Log {
    type Error = Failure;

    fn tile(&mut self, tile: TileId, width: u16) -> Result<Vec<TreeHash>, Failure> {
        let first = tile.index * TILE_WIDTH;
        let places = first..first + u64::from(width);
        if tile.level == 0 {
            let leaf = |at| usize::try_from(at).ok().and_then(|at| self.leaves.get(at));
            return Ok(places.filter_map(leaf).map(|leaf| (*leaf).into()).collect());
        }
        let size = u64::try_from(self.leaves.len()).map_err(Failure::of)?;
        places
            .map(|index| {
                let below = TileId {
                    level: tile.level - 1,
                    index,
                };
                let hashes = self.tile(below, tile_width(below, size))?;
                let full = hashes
                    .try_into()
                    .map_err(|_| Failure("a tile is not full".into()))?;
                Ok(parent(&full))
            })
            .collect()
    }
}

impl Source for Log {
    fn receipts(
        &mut self,
        _: &Filter,
        range: Range<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, Failure> {
        let entry = |seq| self.jws(seq).map(|jws| Entry { seq, jws });
        range.take(limit).map(entry).collect()
    }

    fn policy(&mut self, _: &str) -> Result<Option<String>, Failure> {
        Ok(Some(POLICY.to_owned()))
    }

    fn approval(&mut self, _: ApprovalId) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    fn signals(&mut self, _: &Filter, _: Option<&str>, _: usize) -> Result<Vec<Record>, Failure> {
        Ok(Vec::new())
    }

    fn keys(&mut self) -> Result<Vec<KeyRange>, Failure> {
        Ok(vec![KeyRange {
            kid: self.ring.active().clone(),
            from_seq: 0,
            to_seq: None,
            compromised_from: None,
        }])
    }
}
