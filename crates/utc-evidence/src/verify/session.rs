//! One verification, from the bag to the verdicts.

use std::io::{Read, Seek};

use utc_attestation::log::{Checkpoint, VerifierKey, jwks, open_checkpoint};

use super::CheckName::{self, Contents, LogKey, Summary as SummaryCheck};
use super::check::Checks;
use super::derived::{self, Claimed};
use super::export_receipt::Exported;
use super::files::Files;
use super::history::History;
use super::own::OwnLog;
use super::receipts::{Expected, Walk};
use super::report::{Facts, Given};
use super::{Anchors, Report, TileSource, bag, explain, export_receipt, head, link, records};
use crate::Bundle;
use crate::keys::KeyLine;
use crate::layout::{CHECKPOINT, EXPORT, JWKS, LOG_PEM, LOG_VKEY, RECEIPT_KEYS};

pub(super) fn run<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    anchors: &mut Anchors<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Report {
    let mut checks = Checks::of(&CheckName::ALL);
    let manifest = bag::check(bundle, &mut checks);
    let mut files = Files::new(bundle, manifest);
    let (key, mut facts, history) = payload(&mut files, anchors, &mut checks, progress);
    facts.given = Given {
        vkey: !anchors.vkeys.is_empty(),
        head: anchors.head.is_some(),
    };
    facts.history = history.in_words();
    files.finish(&mut checks);
    if let Some(key) = &key {
        bag::check_signature(bundle, key, &mut checks);
        if let Some(log) = &facts.log {
            let exported = Exported {
                log,
                filter: facts.filter.as_ref(),
                population: facts.population,
            };
            export_receipt::check(bundle, &exported, key, &anchors.tags, &mut checks);
        }
        facts.head = outside(bundle, &facts, key, anchors, &history, &mut checks);
    }
    Report::new(checks, facts)
}

/// Everything in `data/`.
fn payload<R: Read + Seek>(
    files: &mut Files<'_, R>,
    anchors: &Anchors<'_>,
    checks: &mut Checks,
    progress: &mut dyn FnMut(u64, u64),
) -> (Option<VerifierKey>, Facts, History) {
    let key = log_key(&anchors.vkeys, files, checks);
    let checkpoint_text = text(CHECKPOINT, files, checks);
    let log = key
        .as_ref()
        .and_then(|key| checkpoint(&checkpoint_text, key, checks));
    let said = files.read(EXPORT, checks).unwrap_or_default();
    let claimed = checks.value(SummaryCheck, Claimed::read(&said));
    let filter = claimed.as_ref().map(|claimed| claimed.filter.clone());
    let expected = Expected {
        checkpoint: log.as_ref(),
        checkpoint_text: &checkpoint_text,
        filter: &filter.clone().unwrap_or_default(),
        keys: &receipt_keys(files, checks),
        tags: &anchors.tags,
    };
    let all = claimed.as_ref().map_or(0, Claimed::population);
    let mut walk = Walk::new(&expected, files, checks);
    walk.run(checks, &mut |done| progress(done, all));
    let tags_unknown = walk.tags_unknown;
    let (tally, index, history) = (walk.tally, walk.index, walk.history);
    derived::check_index(index, files, checks);
    let counts = records::check(&tally, files, checks);
    derived::check(
        claimed.as_ref(),
        log.as_ref(),
        counts,
        &tally,
        files,
        checks,
    );
    let mut facts = Facts::new(filter, &tally, counts, log);
    if !anchors.tags.is_empty() {
        facts.tags_unknown = tags_unknown;
    }
    (key, facts, history)
}

/// What comes from outside: keys, and a head. The answer says how the log compares with the head.
fn outside<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    facts: &Facts,
    key: &VerifierKey,
    anchors: &mut Anchors<'_>,
    history: &History,
    checks: &mut Checks,
) -> Option<String> {
    let tiles = match &mut anchors.tiles {
        Some(tiles) => Some::<&mut dyn TileSource>(*tiles),
        None => None,
    };
    let mut own = facts.log.as_ref().map(|log| OwnLog { bundle, log, tiles });
    let head = anchors.head.as_deref();
    let notes = anchors.bridges.iter().map(String::as_str).chain(head);
    let notes: Vec<&str> = notes.collect();
    link::check(own.as_mut(), key, &anchors.vkeys, &notes, history, checks);
    let Some(head) = head else {
        checks.skip(CheckName::Head, "no checkpoint from outside was given");
        return None;
    };
    let known = anchors.vkeys.iter().chain(history.keys());
    let keys: Vec<&VerifierKey> = known.chain([key]).collect();
    own.and_then(|mut own| head::check(&mut own, head, &keys, history, checks))
}

/// The key of the bundle, which everything is checked with; what it is worth is judged later. All of its copies
/// have to be of one key. Where it cannot be read, one from outside takes its place.
fn log_key<R: Read + Seek>(
    outside: &[VerifierKey],
    files: &mut Files<'_, R>,
    checks: &mut Checks,
) -> Option<VerifierKey> {
    let vkey = text(LOG_VKEY, files, checks);
    let pem = text(LOG_PEM, files, checks);
    let set = text(JWKS, files, checks);
    let inside: Result<VerifierKey, _> = vkey.trim_end().parse();
    let inside = inside.map_err(|error| format!("`{LOG_VKEY}`: {}", explain(&error)));
    let inside = checks.value(LogKey, inside);
    if let Some(inside) = &inside
        && (pem != inside.to_pem() || set != jwks([inside]))
    {
        let fault = format!("`{LOG_PEM}` or `{JWKS}` is not the key of `{LOG_VKEY}`");
        checks.fault(LogKey, &fault);
    }
    inside.or_else(|| outside.first().cloned())
}

fn checkpoint(text: &str, key: &VerifierKey, checks: &mut Checks) -> Option<Checkpoint> {
    let opened = open_checkpoint(text, key).map_err(|error| explain(&error));
    let checkpoint = checks.value(CheckName::Checkpoint, opened)?;
    let detail = format!("the log's key signed it: {} entries", checkpoint.size);
    checks.done(CheckName::Checkpoint, &detail);
    Some(checkpoint)
}

fn receipt_keys<R: Read + Seek>(files: &mut Files<'_, R>, checks: &mut Checks) -> Vec<KeyLine> {
    let bytes = files.read(RECEIPT_KEYS, checks).unwrap_or_default();
    let keys = serde_json::from_slice(&bytes).map_err(|error| format!("`{RECEIPT_KEYS}`: {error}"));
    let keys: Vec<KeyLine> = checks.value(CheckName::Keys, keys).unwrap_or_default();
    for line in keys.iter().filter(|line| !line.is_coherent()) {
        let fault = format!("key {}: its state contradicts its range", line.kid);
        checks.fault(CheckName::Keys, &fault);
    }
    keys
}

/// A short text file of the payload. What is missing is as bad as what is empty.
fn text<R: Read + Seek>(path: &str, files: &mut Files<'_, R>, checks: &mut Checks) -> String {
    let Some(bytes) = files.read(path, checks) else {
        checks.fault(Contents, &format!("`{path}` is missing"));
        return String::new();
    };
    String::from_utf8(bytes).unwrap_or_default()
}
