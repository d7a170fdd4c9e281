//! What the pages show.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utc_app::evidence::KeptBundle;
use utc_app::replay::{Matrix, ReplayOutcome, Replayed};
use utc_app::{AppError, Console, Filter, Principal, StoredReceipt, WorkState, WorkView};
use utc_domain::{Decision, ReceiptKind, Rule};

use crate::console::{Entries, FormErrors};
use crate::wire::evidence::EvidenceView;
use crate::wire::replay::ReplayView;

/// How many receipts of exports are shown.
const RECEIPTS: usize = 10;

/// The page.
#[derive(Serialize)]
pub(super) struct EvidencePageView {
    receipts: Vec<ReceiptLine>,
    /// The key that checks the log; none while nothing can be signed.
    key: Option<String>,
    /// Key and description of each rule.
    rules: Vec<(&'static str, &'static str)>,
    /// What was entered in a form that was not taken.
    entered: BTreeMap<&'static str, String>,
    export_errors: FormErrors,
    replay_errors: FormErrors,
}

/// A receipt of an export or a replay.
#[derive(Serialize)]
struct ReceiptLine {
    id: String,
    at: String,
    subject: String,
    reason: String,
}

/// The claims that a line shows.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    sub: String,
    reason: String,
}

impl EvidencePageView {
    pub(super) fn of(console: &Console, by: &Principal) -> Result<Self, AppError> {
        let filter = Filter {
            kind: Some(ReceiptKind::Export.as_str().to_owned()),
            ..Filter::default()
        };
        let page = console.receipts(by, &filter, RECEIPTS)?;
        let keys = console.log_keys().ok();
        Ok(Self {
            receipts: page.items.iter().map(ReceiptLine::new).collect(),
            key: keys.map(|keys| keys.active.to_string()),
            rules: Rule::ALL
                .map(|rule| (rule.as_str(), rule.description()))
                .to_vec(),
            entered: BTreeMap::new(),
            export_errors: FormErrors::default(),
            replay_errors: FormErrors::default(),
        })
    }

    /// With the form of an export as it was sent.
    pub(super) fn refused_export(mut self, form: &Entries, errors: FormErrors) -> Self {
        self.keep(form, &["from", "to", "unit", "subject"]);
        self.export_errors = errors;
        self
    }

    /// With the form of a replay as it was sent.
    pub(super) fn refused_replay(mut self, form: &Entries, errors: FormErrors) -> Self {
        self.keep(
            form,
            &[
                "mode",
                "replay_from",
                "replay_to",
                "replay_unit",
                "low",
                "high",
            ],
        );
        self.keep(form, &Rule::ALL.map(Rule::as_str));
        self.replay_errors = errors;
        self
    }

    fn keep(&mut self, form: &Entries, fields: &[&'static str]) {
        for field in fields {
            self.entered.insert(field, form.text(field));
        }
    }
}

impl ReceiptLine {
    /// What it says of itself: the page of the receipt verifies it.
    fn new(receipt: &StoredReceipt) -> Self {
        let payload = receipt.receipt.split('.').nth(1).unwrap_or_default();
        let bytes = URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
        let said: Said = serde_json::from_slice(&bytes).unwrap_or_default();
        Self {
            id: receipt.id.clone(),
            at: receipt.ts.to_string(),
            subject: said.sub,
            reason: said.reason,
        }
    }
}

/// How an export stands.
#[derive(Serialize)]
pub(super) struct ExportPageView {
    work: EvidenceView,
}

impl ExportPageView {
    pub(super) fn new(view: WorkView<KeptBundle>) -> Self {
        Self { work: view.into() }
    }
}

/// How a replay stands.
#[derive(Serialize)]
pub(super) struct ReplayPageView {
    work: ReplayView,
    /// For each old answer, loosest first, how many have each new one.
    matrix: Vec<(&'static str, [u64; 3])>,
}

impl ReplayPageView {
    pub(super) fn new(view: WorkView<Replayed>) -> Self {
        let matrix = match &view.state {
            WorkState::Done(replayed) => match &replayed.report.outcome {
                ReplayOutcome::Counterfactual(found) => grid(&found.matrix),
                ReplayOutcome::Faithful(_) => Vec::new(),
            },
            WorkState::Running | WorkState::Failed(_) | WorkState::Cancelled => Vec::new(),
        };
        Self {
            work: view.into(),
            matrix,
        }
    }
}

fn grid(matrix: &Matrix) -> Vec<(&'static str, [u64; 3])> {
    let count = |old, new| {
        let cell = matrix
            .cells()
            .find(|&(one, other, _)| (one, other) == (old, new));
        cell.map_or(0, |(_, _, count)| count)
    };
    let row = |old: Decision| (old.as_str(), Decision::ALL.map(|new| count(old, new)));
    Decision::ALL.map(row).to_vec()
}
