//! Writing the payload, part by part.

use std::io::{Seek, Write};

use utc_attestation::log::{
    Checkpoint, ReceiptProof, TILE_WIDTH, TileId, TilePath, inclusion_proof, jwks, open_checkpoint,
    root_at, tile_to_bytes,
};
use utc_attestation::sha256_hex;

use super::pages::{PAGE, Pages, read};
use super::{
    About, Export, ExportError, FileCounts, Progress, Software, Source, Stage, Summary, records,
    tiles,
};
use crate::Limits;
use crate::bag::Bag;
use crate::index::IndexWriter;
use crate::keys;
use crate::layout::{
    self, APPROVALS_PER_FILE, CHECKPOINT, EXPORT, HOW_TO, INDEX, JWKS, LOG_PEM, LOG_VKEY,
    RECEIPT_KEYS, RECEIPTS_PER_FILE, REPORT,
};
use crate::tally::Tally;
use crate::write::{BundleWriter, TagWriter};

/// What an auditor does without our verifier.
pub(crate) const HOW_TO_TEXT: &str = include_str!("VERIFY.md");

/// A payload that is being put together.
pub(super) struct Assembly<'e, 'p, 'w, S, W: Write + Seek> {
    export: &'e Export<'e>,
    checkpoint: Checkpoint,
    source: &'e mut S,
    writer: BundleWriter<W>,
    progress: &'p mut Progress<'w>,
    tally: Tally,
    /// The tiles of level 0 that have a leaf of one of the receipts, in order.
    touched: Vec<u64>,
    files: FileCounts,
}

impl<'e, 'p, 'w, S: Source, W: Write + Seek> Assembly<'e, 'p, 'w, S, W> {
    /// Checks that the checkpoint is the log's, and that the source has the log that it is about.
    pub(super) fn begin(
        export: &'e Export<'e>,
        source: &'e mut S,
        out: W,
        progress: &'p mut Progress<'w>,
    ) -> Result<Self, ExportError> {
        let checkpoint = open_checkpoint(export.checkpoint, export.key.verifier_key())?;
        let root = root_at(checkpoint.size, source)
            .map_err(|error| ExportError::Tiles(Box::new(error)))?;
        if root != checkpoint.root {
            return Err(ExportError::Root);
        }
        Ok(Self {
            tally: Tally::new(checkpoint.root, export.filter.claim()),
            writer: BundleWriter::new(out, Limits::USUAL),
            touched: Vec::new(),
            files: FileCounts::default(),
            export,
            checkpoint,
            source,
            progress,
        })
    }

    pub(super) fn write(mut self) -> Result<(TagWriter<W>, u64), ExportError> {
        self.receipts()?;
        self.index()?;
        self.tiles()?;
        self.proofs()?;
        self.policies()?;
        self.approvals()?;
        self.signals()?;
        self.keys()?;
        self.about()?;
        let day = self.tally.last.as_ref().and_then(|last| last.ts.get(..10));
        let bag = Bag {
            date: day.map(str::to_owned),
            identifier: format!("{}/{}", self.checkpoint.origin, self.checkpoint.size),
            software: format!("utc {}", env!("CARGO_PKG_VERSION")),
        };
        let population = self.tally.population;
        Ok((self.writer.finish_payload(&bag)?, population))
    }

    /// One token a line, in files of a fixed number of lines.
    fn receipts(&mut self) -> Result<(), ExportError> {
        let mut pages = Pages::new(self.checkpoint.size);
        let mut payload = Vec::new();
        while let Some(page) = pages.next(self.source, self.export.filter)? {
            self.progress.tell(Stage::Receipts, pages.next, pages.end)?;
            for entry in page {
                let receipt = read(&entry, &mut payload)?;
                let number = usize::try_from(self.tally.population).unwrap_or(usize::MAX);
                if !self.tally.add(&receipt) {
                    return Err(ExportError::Order { seq: entry.seq });
                }
                self.touch(entry.seq / TILE_WIDTH);
                if number % RECEIPTS_PER_FILE == 0 {
                    self.writer
                        .begin(&layout::receipts(number / RECEIPTS_PER_FILE))?;
                }
                self.writer.write_all(entry.jws.as_bytes())?;
                self.writer.write_all(b"\n")?;
            }
        }
        self.writer.end()?;
        too_many("policy sets", self.tally.policies.exceeded())?;
        too_many("approvals", self.tally.approvals.exceeded())
    }

    fn touch(&mut self, tile: u64) {
        if self.touched.last() != Some(&tile) {
            self.touched.push(tile);
        }
    }

    fn index(&mut self) -> Result<(), ExportError> {
        let mut pages = Pages::new(self.checkpoint.size);
        let mut payload = Vec::new();
        self.writer.begin(INDEX)?;
        let mut index = IndexWriter::new(&mut self.writer)?;
        while let Some(page) = pages.next(self.source, self.export.filter)? {
            self.progress.tell(Stage::Index, pages.next, pages.end)?;
            for entry in page {
                index.add(&read(&entry, &mut payload)?.claims)?;
            }
        }
        index.finish()?;
        self.writer.end()
    }

    fn tiles(&mut self) -> Result<(), ExportError> {
        self.writer
            .file(CHECKPOINT, self.export.checkpoint.as_bytes())?;
        let needed = tiles::needed(self.checkpoint.size, &self.touched);
        for (done, path) in needed.iter().enumerate() {
            self.tell(Stage::Tiles, done, needed.len())?;
            let TilePath::Hashes { tile, width } = *path else {
                continue;
            };
            let bytes = self.tile(tile, width)?;
            self.writer.file(&layout::tile(*path), &bytes)?;
        }
        Ok(())
    }

    fn tile(&mut self, tile: TileId, width: u16) -> Result<Vec<u8>, ExportError> {
        let hashes = self.source.tile(tile, width).map_err(ExportError::source)?;
        Ok(tile_to_bytes(&hashes))
    }

    fn proofs(&mut self) -> Result<(), ExportError> {
        let proofs = self.tally.proofs();
        for (done, (seq, id)) in proofs.iter().enumerate() {
            self.tell(Stage::Proofs, done, proofs.len())?;
            let hashes = inclusion_proof(*seq, self.checkpoint.size, self.source)
                .map_err(|error| ExportError::Tiles(Box::new(error)))?;
            let proof = ReceiptProof {
                index: *seq,
                hashes,
                checkpoint: self.export.checkpoint.to_owned(),
            };
            let (path, text) = (layout::proof(&id.to_string()), proof.to_string());
            self.writer.file(&path, text.as_bytes())?;
        }
        Ok(())
    }

    fn policies(&mut self) -> Result<(), ExportError> {
        let digests = self.tally.policies.take();
        for (done, digest) in digests.iter().enumerate() {
            self.tell(Stage::Records, done, digests.len())?;
            let policy = self.source.policy(digest).map_err(ExportError::source)?;
            let policy = policy.filter(|policy| sha256_hex(policy) == *digest);
            let policy = policy.ok_or_else(|| ExportError::Policy {
                digest: digest.clone(),
            })?;
            self.writer
                .file(&layout::policy(digest), policy.as_bytes())?;
            self.files.policies += 1;
        }
        Ok(())
    }

    /// One document a line, in files of a fixed number of lines.
    fn approvals(&mut self) -> Result<(), ExportError> {
        let ids = self.tally.approvals.take();
        let mut written = 0;
        for (done, id) in ids.iter().enumerate() {
            self.tell(Stage::Records, done, ids.len())?;
            let Some(json) = self.source.approval(*id).map_err(ExportError::source)? else {
                continue;
            };
            let line = records::line(*id, &json)?;
            if written % APPROVALS_PER_FILE == 0 {
                self.writer
                    .begin(&layout::approvals(written / APPROVALS_PER_FILE))?;
            }
            self.writer.write_all(line.as_bytes())?;
            written += 1;
        }
        self.files.approvals = u64::try_from(written).unwrap_or(u64::MAX);
        self.writer.end()
    }

    fn signals(&mut self) -> Result<(), ExportError> {
        let mut last: Option<String> = None;
        loop {
            let page = self
                .source
                .signals(self.export.filter, last.as_deref(), PAGE)
                .map_err(ExportError::source)?;
            let Some(end) = page.last() else {
                return Ok(());
            };
            last = Some(end.name.clone());
            for record in &page {
                records::check_name(&record.name)?;
                self.writer
                    .file(&layout::signal(&record.name), record.json.as_bytes())?;
                self.files.signals += 1;
            }
        }
    }

    fn keys(&mut self) -> Result<(), ExportError> {
        let key = self.export.key.verifier_key();
        let ranges = self.source.keys().map_err(ExportError::source)?;
        self.writer.file(LOG_VKEY, format!("{key}\n").as_bytes())?;
        self.writer.file(LOG_PEM, key.to_pem().as_bytes())?;
        self.writer.file(JWKS, jwks([key]).as_bytes())?;
        self.writer.file(RECEIPT_KEYS, &keys::write(&ranges)?)
    }

    fn about(&mut self) -> Result<(), ExportError> {
        let about = About {
            software: Software::this(),
            origin: self.checkpoint.origin.as_str(),
            size: self.checkpoint.size,
            root: self.checkpoint.root,
            filter: self.export.filter,
            files: self.files,
        };
        let summary = Summary::new(&about, &self.tally);
        let page = crate::report::render(&summary, &self.tally.rows)?;
        self.writer.file(REPORT, page.as_bytes())?;
        self.writer.file(HOW_TO, HOW_TO_TEXT.as_bytes())?;
        self.writer.file(EXPORT, &summary.to_json()?)
    }

    fn tell(&mut self, stage: Stage, done: usize, all: usize) -> Result<(), ExportError> {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        self.progress.tell(stage, number(done), number(all))
    }
}

fn too_many(what: &'static str, exceeded: Option<usize>) -> Result<(), ExportError> {
    let Some(bound) = exceeded else { return Ok(()) };
    let max = u64::try_from(bound).unwrap_or(u64::MAX);
    Err(ExportError::TooMany { what, max })
}
