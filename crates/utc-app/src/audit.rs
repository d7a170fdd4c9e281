//! Walking the whole log: every receipt, its signature, its place.

use utc_attestation::log::Frontier;
use utc_attestation::{Expected, leaf_hash, verify};
use utc_domain::{KeyId, LeafHash};
use utc_storage::rows::receipts;

use crate::AppError;
use crate::console::Console;

/// Receipts read at once: never one read transaction over minutes.
const PAGE: i64 = 1_000;

/// What walking the log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogReport {
    /// How many receipts were checked.
    pub checked: u64,
    /// The size of the log when the walk began; later receipts are not part of it.
    pub size: u64,
    /// The first faults, at most 100, each with its position.
    pub faults: Vec<(u64, String)>,
    /// How many faults there are in all.
    pub fault_count: u64,
}

impl LogReport {
    /// Whether every receipt is there and in order.
    pub fn valid(&self) -> bool {
        self.fault_count == 0 && self.checked == self.size
    }

    fn fault(&mut self, seq: u64, text: impl Into<String>) {
        self.fault_count += 1;
        if self.faults.len() < 100 {
            self.faults.push((seq, text.into()));
        }
    }
}

/// The log in a few numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSummary {
    /// How many receipts there are.
    pub size: u64,
    /// How many of them are younger than 24 hours.
    pub last_day: u64,
    /// The epoch of the state.
    pub epoch: u64,
    /// The key that signs.
    pub active_key: KeyId,
}

impl Console {
    /// Size, growth and key of the log. Blocks.
    pub fn log_summary(&self) -> Result<LogSummary, AppError> {
        let head = self
            .head()?
            .ok_or_else(|| AppError::Internal("the log has no head".into()))?;
        let yesterday = self.clock().now().plus_seconds(-86_400).as_micros();
        let last_day = self
            .store()
            .read(|db| receipts::count_since(db, yesterday))?;
        Ok(LogSummary {
            size: head.size,
            last_day: last_day.unsigned_abs(),
            epoch: head.epoch,
            active_key: head.active_kid,
        })
    }

    /// Checks every receipt up to the present size of the log: signature, position without gap, `prev`, time that
    /// rises, columns that repeat its claims, and the head. `progress` is told how many are done. Blocks.
    pub fn audit_log(&self, mut progress: impl FnMut(u64, u64)) -> Result<LogReport, AppError> {
        let head = self
            .head()?
            .ok_or_else(|| AppError::Internal("the log has no head".into()))?;
        let mut report = LogReport {
            checked: 0,
            size: head.size,
            faults: Vec::new(),
            fault_count: 0,
        };
        let mut prev = LeafHash::ZERO;
        let mut tree = Frontier::empty();
        let mut last_ts = -1;
        while report.checked < head.size {
            let from = i64::try_from(report.checked).unwrap_or(i64::MAX);
            let left = i64::try_from(head.size - report.checked).unwrap_or(PAGE);
            let rows = self
                .store()
                .read(|db| receipts::from_seq(db, from, PAGE.min(left)))?;
            if rows.is_empty() {
                report.fault(
                    report.checked,
                    "the log ends here, its head says that it is longer",
                );
                break;
            }
            for row in rows {
                self.audit_row(&row, prev, last_ts, &mut report);
                prev = leaf_hash(row.jws.as_bytes());
                tree.push(prev);
                last_ts = row.ts;
                report.checked += 1;
            }
            progress(report.checked, head.size);
        }
        if report.checked == head.size && prev != head.last_leaf {
            report.fault(head.size, "the head does not name the last receipt's hash");
        }
        if report.checked == head.size && tree.root() != head.frontier.root() {
            report.fault(
                head.size,
                "the head's tree is not the one over the receipts",
            );
        }
        if let Some(fault) = self.log_fault() {
            report.fault(head.size, fault.to_string());
        }
        Ok(report)
    }

    fn audit_row(
        &self,
        row: &receipts::ReceiptRow,
        prev: LeafHash,
        last_ts: i64,
        report: &mut LogReport,
    ) {
        let seq = report.checked;
        if row.seq.unsigned_abs() != seq {
            report.fault(seq, format!("missing: the next receipt is at {}", row.seq));
            report.checked = row.seq.unsigned_abs();
        }
        let expected = Expected {
            issuer: self.options().issuer.clone(),
        };
        let verification = verify(row.jws.as_bytes(), self.key_ring(), &expected);
        let Some(claims) = verification
            .claims
            .as_ref()
            .filter(|_| verification.valid())
        else {
            let failed = verification
                .checks
                .iter()
                .find(|check| check.outcome == utc_attestation::Outcome::Failed);
            let why = failed.map_or_else(String::new, |check| {
                format!(": {}: {}", check.name.as_str(), check.detail)
            });
            return report.fault(seq, format!("not valid{why}"));
        };
        if claims.seq != row.seq.unsigned_abs() || claims.jti != row.id {
            report.fault(seq, "the row's position or id is not the receipt's");
        }
        if claims.prev_leaf() != Some(prev) {
            report.fault(seq, "`prev` is not the hash of the receipt before");
        }
        if row.ts <= last_ts {
            report.fault(seq, "the time does not rise");
        }
    }
}
