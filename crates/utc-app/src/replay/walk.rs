//! Through a part of the log, page by page: never one read transaction over minutes.

use utc_attestation::Claims;
use utc_domain::ReplayTotals;
use utc_storage::rows::decisions::{self, Filed, Page};

use super::policies::Policies;
use super::read::{NotReplayable, Obstacle, Recorded};
use super::report::{ReplayReport, ReplayWindow};
use super::request::Part;
use super::stored::{Reader, Stored};
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
    let mut run = Run::new(console, request, evaluator)?;
    let mut stretch = part.stretch.clone();
    let positions = |from: i64, to: i64| to.saturating_sub(from).unsigned_abs();
    let total = positions(stretch.from, stretch.before);
    while stretch.from < stretch.before {
        let page = console
            .store()
            .read(|db| decisions::page(db, &stretch, PAGE))?;
        if stretch.unit.is_none() {
            run.find_gaps(stretch.from, &page);
        }
        for filed in &page.rows {
            run.take(filed)?;
        }
        stretch.from = page.next;
        if progress(positions(part.stretch.from, page.next), total).is_break() {
            return Ok(None);
        }
    }
    Ok(Some(run.finish(request, part)))
}

struct Run<'a> {
    reader: Reader<'a>,
    alternative: Option<&'a Alternative>,
    evaluator: &'a Evaluator<'a>,
    policies: Policies<'a>,
    tally: Tally,
    obstacles: Obstacles,
    totals: ReplayTotals,
}

impl<'a> Run<'a> {
    fn new(
        console: &'a Console,
        request: &'a ReplayRequest,
        evaluator: &'a Evaluator<'_>,
    ) -> Result<Self, AppError> {
        let alternative = request.mode.alternative();
        Ok(Self {
            reader: Reader::new(console)?,
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
        })
    }

    /// Positions of a page at which there is nothing: each may have been a decision.
    fn find_gaps(&mut self, from: i64, page: &Page) {
        let mut expected = from;
        let found = page.rows.iter().map(|filed| filed.row.seq);
        for seq in found.chain([page.next]) {
            let missing = seq.saturating_sub(expected).max(0).unsigned_abs();
            if missing > 0 {
                let detail = format!("nothing is stored at {expected} to {}", seq - 1);
                let why = NotReplayable::new(Obstacle::Missing, detail);
                self.hindered("", expected, missing, why);
            }
            expected = seq.saturating_add(1);
        }
    }

    /// Only a database that cannot be read is an error: a decision that cannot be computed again is counted.
    fn take(&mut self, filed: &Filed) -> Result<(), AppError> {
        let again = match self.reader.read(filed) {
            Stored::Other => return Ok(()),
            Stored::Decision(claims) => self.again(&claims)?,
            Stored::Flawed(why) => Err(why),
        };
        match again {
            Ok(equal) => {
                self.totals.total += 1;
                self.totals.equal += u64::from(equal);
                self.totals.different += u64::from(!equal);
            }
            Err(why) => self.hindered(&filed.row.id, filed.row.seq, 1, why),
        }
        Ok(())
    }

    /// Counts what could not be computed again. What shows by itself that the log was changed is a difference, where
    /// differences are what is looked for.
    fn hindered(&mut self, receipt_id: &str, seq: i64, count: u64, why: NotReplayable) {
        self.totals.total += count;
        if why.obstacle.is_finding() && self.alternative.is_none() {
            self.totals.different += count;
        } else {
            self.totals.not_replayable += count;
        }
        self.obstacles
            .add(receipt_id, seq.unsigned_abs(), count, why);
    }

    /// Whether a decision comes out as before.
    fn again(&mut self, claims: &Claims) -> Result<Result<bool, NotReplayable>, AppError> {
        let recorded = match Recorded::read(claims) {
            Ok(recorded) => recorded,
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
            claims,
            recorded: &recorded,
            verdict: &verdict,
        })))
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
