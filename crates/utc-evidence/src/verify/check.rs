//! What is checked, and how it came out.

use std::fmt;

use utc_attestation::Outcome;

/// The checks of a bundle, in the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckName {
    /// The folder is a bag as RFC 8493 describes it.
    Bag,
    /// The payload is what its manifest lists: nothing changed, missing or added.
    Manifest,
    /// The tag files are what their manifest lists.
    TagManifest,
    /// The bundle's verifier key is the one from outside.
    LogKey,
    /// The log's key signed the list of tag files, and so everything.
    Signature,
    /// Every file is one that a bundle has.
    Contents,
    /// Every receipt has the form of one.
    Receipts,
    /// Every receipt's tag is right.
    Tags,
    /// Every receipt was signed with a key that was the log's at its position.
    Keys,
    /// Positions and times ascend, and positions have no gaps where none are allowed.
    Order,
    /// Every receipt names the leaf before it.
    Chain,
    /// Every receipt matches the bundle's filter.
    Filter,
    /// Every receipt is the leaf at its position.
    Leaves,
    /// The tiles lead to the checkpoint's root.
    Tiles,
    /// The log's key signed the checkpoint.
    Checkpoint,
    /// Every proof that should be there is there and right.
    Proofs,
    /// Every policy set that a receipt names is there, and none that it does not.
    Policies,
    /// Approvals and signals are JSON, and belong to receipts.
    Records,
    /// `export.json` says what the receipts say.
    Summary,
    /// `index.csv` lists the receipts.
    Index,
    /// `report.html` shows what the receipts say.
    Report,
    /// The export's receipt names this payload and is in the log.
    ExportReceipt,
    /// The log is the one of a checkpoint from outside.
    Head,
}

impl CheckName {
    /// Every check, in order.
    pub const ALL: [Self; 23] = [
        Self::Bag,
        Self::Manifest,
        Self::TagManifest,
        Self::LogKey,
        Self::Signature,
        Self::Contents,
        Self::Receipts,
        Self::Tags,
        Self::Keys,
        Self::Order,
        Self::Chain,
        Self::Filter,
        Self::Leaves,
        Self::Tiles,
        Self::Checkpoint,
        Self::Proofs,
        Self::Policies,
        Self::Records,
        Self::Summary,
        Self::Index,
        Self::Report,
        Self::ExportReceipt,
        Self::Head,
    ];

    /// The name for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bag => "bag",
            Self::Manifest => "manifest",
            Self::TagManifest => "tag_manifest",
            Self::LogKey => "log_key",
            Self::Signature => "signature",
            Self::Contents => "contents",
            Self::Receipts => "receipts",
            Self::Tags => "tags",
            Self::Keys => "keys",
            Self::Order => "order",
            Self::Chain => "chain",
            Self::Filter => "filter",
            Self::Leaves => "leaves",
            Self::Tiles => "tiles",
            Self::Checkpoint => "checkpoint",
            Self::Proofs => "proofs",
            Self::Policies => "policies",
            Self::Records => "records",
            Self::Summary => "summary",
            Self::Index => "index",
            Self::Report => "report",
            Self::ExportReceipt => "export_receipt",
            Self::Head => "head",
        }
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A check and how it came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub name: CheckName,
    /// How it came out.
    pub outcome: Outcome,
    /// What was found, in a sentence without control characters.
    pub detail: String,
    /// The first faults, likewise.
    pub faults: Vec<String>,
    /// How many faults there are.
    pub fault_count: u64,
}

/// How many faults of a check are told one by one.
const TOLD: usize = 5;

/// More characters of a fault are of no use, and may be an attacker's.
const MAX_CHARACTERS: usize = 300;

/// The checks so far.
pub(super) struct Checks(Vec<Check>);

impl Checks {
    /// These checks, none of which is made yet.
    pub(super) fn of(names: &[CheckName]) -> Self {
        let unreached = |name| Check {
            name,
            outcome: Outcome::NotChecked,
            detail: "not reached".to_owned(),
            faults: Vec::new(),
            fault_count: 0,
        };
        Self(names.iter().copied().map(unreached).collect())
    }

    /// Notes something wrong. The check fails, whatever else is noted.
    pub(super) fn fault(&mut self, name: CheckName, what: &str) {
        let Some(check) = self.find(name) else { return };
        check.outcome = Outcome::Failed;
        check.fault_count += 1;
        if check.faults.len() < TOLD {
            check.faults.push(harmless(what));
        }
    }

    /// Notes the error of a result as a fault, and passes on its value.
    pub(super) fn value<T>(&mut self, name: CheckName, result: Result<T, String>) -> Option<T> {
        result.map_err(|why| self.fault(name, &why)).ok()
    }

    /// Ends a check: it holds, unless faults were noted.
    pub(super) fn done(&mut self, name: CheckName, detail: &str) {
        self.end(name, Outcome::Ok, detail);
    }

    /// Says why a check was not made.
    pub(super) fn skip(&mut self, name: CheckName, why: &str) {
        self.end(name, Outcome::NotChecked, why);
    }

    pub(super) fn outcome(&self, name: CheckName) -> Outcome {
        let found = self.0.iter().find(|check| check.name == name);
        found.map_or(Outcome::NotChecked, |check| check.outcome)
    }

    pub(super) fn any_failed(&self) -> bool {
        self.0.iter().any(|check| check.outcome == Outcome::Failed)
    }

    /// The worst outcome of several checks.
    pub(super) fn worst(&self, names: &[CheckName]) -> Outcome {
        let outcomes = names.iter().map(|&name| self.outcome(name));
        outcomes.fold(Outcome::Ok, |worst, outcome| match (worst, outcome) {
            (Outcome::Failed, _) | (_, Outcome::Failed) => Outcome::Failed,
            (Outcome::NotChecked, _) | (_, Outcome::NotChecked) => Outcome::NotChecked,
            (Outcome::Ok, Outcome::Ok) => Outcome::Ok,
        })
    }

    /// Everything; a check that failed says how often.
    pub(super) fn finish(mut self) -> Vec<Check> {
        for check in &mut self.0 {
            if check.fault_count > 0 {
                let plural = if check.fault_count == 1 { "" } else { "s" };
                check.detail = format!("{} fault{plural}", check.fault_count);
            }
        }
        self.0
    }

    fn end(&mut self, name: CheckName, outcome: Outcome, detail: &str) {
        if let Some(check) = self.find(name)
            && check.outcome != Outcome::Failed
        {
            check.outcome = outcome;
            check.detail = harmless(detail);
        }
    }

    fn find(&mut self, name: CheckName) -> Option<&mut Check> {
        self.0.iter_mut().find(|check| check.name == name)
    }
}

/// A text that does nothing to a terminal.
fn harmless(text: &str) -> String {
    let shown = text.chars().take(MAX_CHARACTERS);
    shown
        .map(|c| {
            let format =
                ('\u{200b}'..='\u{202e}').contains(&c) || ('\u{2060}'..='\u{206f}').contains(&c);
            if c.is_control() || format {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}
