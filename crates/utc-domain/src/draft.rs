//! What a receipt will say, before it has a place.

use crate::{
    Action, ApprovalId, Code, Decision, GrantUse, GroundSet, KeyId, LevelCause, Mode, PayloadHash,
    ProtectionLevel, Quorum, ReceiptId, ReceiptKind, RequestDigest, RunId, SignalSeen, Subject,
    Timestamp, UnitName, VoteChoice,
};

/// Everything a receipt will say but its place, its time and its signature.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The id, made before placing so that effects in the same transaction can name it.
    pub id: ReceiptId,
    /// What is recorded.
    pub kind: ReceiptKind,
    /// Who asked or acted.
    pub subject: Subject,
    /// What was asked; absent where the kind has none.
    pub action: Option<Action>,
    /// On which unit; absent where the kind has none.
    pub unit: Option<UnitName>,
    /// The answer, for [`ReceiptKind::Decision`] only.
    pub decision: Option<Decision>,
    /// All grounds that matched.
    pub grounds: GroundSet,
    /// A sentence that a person understands.
    pub reason: String,
    /// The stable reason code.
    pub code: Code,
    /// The digest of the request's body, as the caller computed it.
    pub payload_hash: Option<PayloadHash>,
    /// What the evaluator saw.
    pub meta: Meta,
    /// The policy that was evaluated.
    pub policy: PolicyRef,
}

/// The policy a decision followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRef {
    /// `sha256:` and the hexadecimal digest of the policy set.
    pub digest: String,
    /// The number of the policy set, from 1.
    pub version: u64,
}

/// What the evaluator saw, and what a change was about. Absent values are absent in the receipt.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Meta {
    /// Estimated arrivals per hour.
    pub lambda_est: Option<f64>,
    /// Estimated service capacity per hour.
    pub mu_est: Option<f64>,
    /// Utilisation λ/μ, 0 and up.
    pub rho: Option<f64>,
    /// Whether arrivals doubled against the hour before.
    pub change_point: Option<bool>,
    /// When λ and μ were last observed.
    pub features_ts: Option<Timestamp>,
    /// For a level change under the predictive controller: the utilisation that it measures, smoothed at two speeds, the
    /// higher one.
    pub signal_rho: Option<f64>,
    /// For a level change that a forecast caused: what it said.
    pub forecast: Option<ForecastSeen>,
    /// The level that was in force.
    pub protection_level: Option<ProtectionLevel>,
    /// Whether a person pinned it.
    pub pinned: Option<bool>,
    /// The unit's risk, 0 to 100.
    pub risk_score: Option<f64>,
    /// Whether the unit is risky.
    pub risky: Option<bool>,
    /// For what the scorer did: the events that say most, most first.
    pub evidence: Vec<SignalSeen>,
    /// For what the scorer did in a run: which.
    pub run: Option<RunId>,
    /// For what a person did to a trust signal: the digest of its content.
    pub event: Option<PayloadHash>,
    /// Whether somebody configured the unit.
    pub known: Option<bool>,
    /// For a decision: present and true where the subject asks for more of the unit than its share.
    pub over_share: Option<bool>,
    /// Whether the unit's decisions bind.
    pub mode: Option<Mode>,
    /// In observe mode: what the answer would have been.
    pub would_be: Option<Decision>,
    /// What became of a presented grant.
    pub grant: Option<GrantUse>,
    /// For a request that needs approval: everything that a grant for it binds.
    pub request_digest: Option<RequestDigest>,
    /// For an `ALLOW`: from here on it must not be acted on any more.
    pub act_before: Option<Timestamp>,
    /// Whether there was no room for another request for approval.
    pub approval_saturated: Option<bool>,
    /// How many requests waited before this one for the people who approve.
    pub approval_backlog: Option<u64>,
    /// How long those people would take to get to this one and decide it, in minutes.
    pub expected_wait_minutes: Option<f64>,
    /// Where a limit on waiting requests refused this one: how many waited under that limit.
    pub approvals_open: Option<u32>,
    /// The limit on waiting requests of one subject, where it refused this one.
    pub subject_limit: Option<u32>,
    /// The limit on waiting requests of one token, where it refused this one.
    pub token_limit: Option<u32>,
    /// The salted digest of the caller's context and reason.
    pub context_hash: Option<String>,
    /// For a decision: the credential that it was asked with, `token:` and a token's id, or `user:` and a name.
    pub credential: Option<Subject>,
    /// For a unit's configuration: whether it holds less back than the one before.
    pub loosens: Option<bool>,
    /// For a level change: the level before.
    pub previous_level: Option<ProtectionLevel>,
    /// For a level change: why.
    pub cause: Option<LevelCause>,
    /// For a pin or a risk mark: when it ends.
    pub expires_at: Option<Timestamp>,
    /// For a rule: its key.
    pub rule: Option<crate::Rule>,
    /// For a rule: whether it is on from now on.
    pub enabled: Option<bool>,
    /// For a unit's configuration: its number, from 1.
    pub config_version: Option<u64>,
    /// For a unit's configuration: `sha256:` digest of its canonical JSON.
    pub config_digest: Option<String>,
    /// Keys whose state this receipt sets.
    pub keys: Vec<KeyChange>,
    /// The key that signs the log's checkpoints from this receipt on: the log's name, a short hash, the public key.
    pub log_key: Option<String>,
    /// For a log that goes on after it was set back: what it had been.
    pub log_before: Option<LogBefore>,
    /// For a vote: what the person said.
    pub vote: Option<VoteChoice>,
    /// For an approval: how many different people have approved, this vote included.
    pub votes: Option<u32>,
    /// For an approval: how many have to.
    pub quorum: Option<Quorum>,
    /// For an execution: the HTTP status of the upstream's answer.
    pub upstream_status: Option<u16>,
    /// For an execution: milliseconds from sending the request to the first byte of the answer.
    pub latency_ms: Option<f64>,
    /// For an execution: the digest of the answer's body.
    pub answer_digest: Option<PayloadHash>,
    /// The receipt that this one is about.
    pub about: Option<ReceiptId>,
    /// The approval that this receipt belongs to.
    pub approval: Option<ApprovalId>,
    /// For an execution: the receipt of the decision that allowed it.
    pub answers: Option<ReceiptId>,
    /// For what went through the log: which part of it.
    pub filter: Option<LogFilter>,
    /// For a replay: what it came to.
    pub replay: Option<ReplayTotals>,
    /// For an export: the digest of the manifest of what was handed out, which stands for every byte of it.
    pub manifest_digest: Option<PayloadHash>,
    /// For an export: how many receipts were handed out.
    pub population: Option<u64>,
}

/// What a forecast said when it changed a level.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastSeen {
    /// Its name.
    pub predictor: &'static str,
    /// The highest utilisation that it expected within the horizon, 0 and up.
    pub rho: Option<f64>,
    /// How far it looked, in minutes.
    pub horizon_minutes: f64,
    /// Minutes until the high threshold, where it saw a trend that leads there.
    pub minutes_to_threshold: Option<f64>,
    /// The share of its warnings that came true, lately, from 0 to 1.
    pub precision: f64,
}

/// Which receipts somebody went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter {
    /// `sha256:` digest of the canonical JSON of everything that was asked for.
    pub digest: PayloadHash,
    /// From this time on; none: from the beginning.
    pub from: Option<Timestamp>,
    /// Before this time; none: up to the end.
    pub to: Option<Timestamp>,
    /// About this unit; none: whatever they are about.
    pub unit: Option<UnitName>,
    /// Of this subject; none: whoever it was.
    pub subject: Option<Subject>,
    /// How many receipts the log had; later ones were not looked at.
    pub log_size: u64,
}

/// What computing decisions again came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplayTotals {
    /// How many decisions there were.
    pub total: u64,
    /// How many came out as recorded.
    pub equal: u64,
    /// How many came out otherwise.
    pub different: u64,
    /// How many could not be computed again.
    pub not_replayable: u64,
}

/// What a log had been before its database was set back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogBefore {
    /// Its name then, under which nothing is signed any more.
    pub origin: String,
    /// How many receipts it had.
    pub size: u64,
    /// The root over them, base64.
    pub root: String,
}

/// The new state of a signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// Which key.
    pub kid: KeyId,
    /// What it is from this receipt on.
    pub state: KeyState,
}

/// What a signing key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Signs the receipts that follow.
    Active,
    /// Its receipts stay valid; it signs nothing after this.
    Retired,
    /// Others could sign with it: its tags prove nothing from this position on, the log's tree does.
    Compromised {
        /// The first position whose tag does not count.
        from: u64,
    },
}

impl KeyState {
    /// The name in a receipt and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Compromised { .. } => "compromised",
        }
    }
}
