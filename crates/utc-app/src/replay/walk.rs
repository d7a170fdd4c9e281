//! Through a part of the log, page by page: never one read transaction over minutes.

use utc_attestation::{Claims, Expected, Outcome, verify};
use utc_domain::ReplayTotals;
use utc_storage::rows::decisions;
use utc_storage::rows::receipts::ReceiptRow;

use super::policies::Policies;
use super::read::{NotReplayable, Obstacle, Recorded};
use super::report::{ReplayReport, ReplayWindow};
use super::request::Part;
use super::tally::{Case, Obstacles, Tally};
use super::{Alternative, Evaluator, Progress, ReplayRequest};
use crate::AppError;
use crate::console::Console;

/// Receipts read at once.
const PAGE: i64 = 1_000;

/// Computes every decision of the part again; none when `progress` says stop.
pub(super) fn run(
    console: &Console,
    request: &ReplayRequest,
    part: &Part,
    evaluator: &Evaluator<'_>,
    progress: &mut Progress<'_>,
) -> Result<Option<ReplayReport>, AppError> {
    let mut run = Run::new(console, request, evaluator);
    let mut stretch = part.stretch.clone();
    let positions = |from: i64, to: i64| to.saturating_sub(from).unsigned_abs();
    let total = positions(stretch.from, stretch.before);
    while stretch.from < stretch.before {
        let page = console
            .store()
            .read(|db| decisions::page(db, &stretch, PAGE))?;
        for row in &page.rows {
            run.take(row)?;
        }
        stretch.from = page.next;
        if progress(positions(part.stretch.from, page.next), total).is_break() {
            return Ok(None);
        }
    }
    Ok(Some(run.finish(request, part)))
}

struct Run<'a> {
    console: &'a Console,
    expected: Expected,
    alternative: Option<&'a Alternative>,
    evaluator: &'a Evaluator<'a>,
    policies: Policies<'a>,
    tally: Tally,
    obstacles: Obstacles,
    totals: ReplayTotals,
}

impl<'a> Run<'a> {
    fn new(console: &'a Console, request: &'a ReplayRequest, evaluator: &'a Evaluator<'_>) -> Self {
        let alternative = request.mode.alternative();
        Self {
            console,
            expected: Expected {
                issuer: console.options().issuer.clone(),
            },
            alternative,
            evaluator,
            policies: Policies::new(console.store(), alternative),
            tally: Tally::new(&request.mode),
            obstacles: Obstacles::default(),
            totals: ReplayTotals {
                total: 0,
                equal: 0,
                different: 0,
                not_replayable: 0,
            },
        }
    }

    /// Only a database that cannot be read is an error: a decision that cannot be computed again is counted.
    fn take(&mut self, row: &ReceiptRow) -> Result<(), AppError> {
        self.totals.total += 1;
        match self.again(row)? {
            Ok(true) => self.totals.equal += 1,
            Ok(false) => self.totals.different += 1,
            Err(why) => {
                self.totals.not_replayable += 1;
                self.obstacles.add(&row.id, row.seq.unsigned_abs(), why);
            }
        }
        Ok(())
    }

    /// Whether a decision comes out as before.
    fn again(&mut self, row: &ReceiptRow) -> Result<Result<bool, NotReplayable>, AppError> {
        let read = self.verified(row).and_then(|claims| {
            let recorded = Recorded::read(&claims)?;
            Ok((claims, recorded))
        });
        let (claims, recorded) = match read {
            Ok(read) => read,
            Err(why) => return Ok(Err(why)),
        };
        let policy = match self.policies.judging(&claims.policy)? {
            Ok(policy) => policy,
            Err(why) => return Ok(Err(why)),
        };
        let inputs = &recorded.inputs;
        let view = self
            .alternative
            .map_or(inputs.view, |other| other.view(inputs.view, recorded.load));
        let verdict = (self.evaluator)(&inputs.question(), policy, &view);
        Ok(Ok(self.tally.take(&Case {
            claims: &claims,
            recorded: &recorded,
            verdict: &verdict,
        })))
    }

    /// What a row says, if it is the receipt that it is filed as.
    fn verified(&self, row: &ReceiptRow) -> Result<Claims, NotReplayable> {
        let verification = verify(row.jws.as_bytes(), self.console.key_ring(), &self.expected);
        let checks = verification.checks.iter();
        let failed = checks.filter(|check| check.outcome == Outcome::Failed);
        let failed: Vec<String> = failed
            .map(|check| format!("{}: {}", check.name.as_str(), check.detail))
            .collect();
        let unverified = |detail: String| NotReplayable::new(Obstacle::Unverified, detail);
        let valid = verification.valid();
        let claims = verification.claims.filter(|_| valid);
        let claims = claims.ok_or_else(|| unverified(failed.join("; ")))?;
        let own = claims.jti == row.id && claims.seq == row.seq.unsigned_abs();
        if own && claims.unit == row.unit {
            return Ok(claims);
        }
        let unit = claims.unit.as_deref().unwrap_or("none");
        Err(unverified(format!(
            "this is receipt {} of position {} about unit {unit}",
            claims.jti, claims.seq
        )))
    }

    fn finish(self, request: &ReplayRequest, part: &Part) -> ReplayReport {
        ReplayReport {
            window: ReplayWindow {
                from: request.from,
                to: request.to,
                unit: request.unit.clone(),
                log_size: part.log_size,
                first_seq: part.stretch.from.unsigned_abs(),
                end_seq: part.stretch.before.unsigned_abs(),
            },
            totals: self.totals,
            obstacles: self.obstacles.finish(),
            outcome: self.tally.finish(),
        }
    }
}
