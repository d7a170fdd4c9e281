//! From what a receipt will say to its claims.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use utc_domain::{
    Decision, Draft, ForecastSeen, GrantUse, Ground, KeyChange, KeyState, LevelCause, LogBefore,
    LogFilter, Meta, Mode, Placement, ProtectionLevel, Quorum, ReceiptKind, ReplayTotals, Rule,
    SignalSeen, VoteChoice, round6,
};

use super::{
    AUDIENCE, Claims, Engine, FilterClaims, ForecastClaims, KeyClaims, LinkClaims, LogBeforeClaims,
    MetaClaims, PolicyClaims, ReplayClaims, SCHEMA, SignalClaims,
};
use crate::MAX_INTEGER;
use crate::token::is_sane;

/// Why a draft has no claims.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClaimsError {
    /// A decision receipt needs a decision, and no other kind has one of its own.
    #[error("kind `{kind}` does not go with decision `{decision}`")]
    Decision {
        kind: ReceiptKind,
        decision: &'static str,
    },
    /// Nobody could read the integer back.
    #[error("`{member}` is {value}, at most 9007199254740991 is allowed")]
    Integer { member: &'static str, value: u64 },
    /// The clock that placed the receipt is wrong.
    #[error("the time {ts} lies outside 2020 to 2199; is the clock right?")]
    Time { ts: String },
}

pub(crate) fn fill(
    draft: &Draft,
    place: &Placement,
    iss: &str,
    engine: &Engine,
) -> Result<Claims, ClaimsError> {
    check(draft, place)?;
    Ok(Claims {
        action: draft.action.as_ref().map(ToString::to_string),
        aud: AUDIENCE.to_owned(),
        code: draft.code.as_str().to_owned(),
        decision: decision(draft)?.map(str::to_owned),
        engine: engine.clone(),
        iat: place.ts.as_seconds(),
        iss: iss.to_owned(),
        jti: draft.id.to_string(),
        kind: draft.kind.as_str().to_owned(),
        link: link(&draft.meta),
        meta: meta(&draft.meta),
        payload_hash: draft.payload_hash.as_ref().map(ToString::to_string),
        policy: PolicyClaims {
            digest: draft.policy.digest.clone(),
            version: draft.policy.version,
        },
        prev: URL_SAFE_NO_PAD.encode(place.prev.as_bytes()),
        reason: draft.reason.clone(),
        rules: draft
            .grounds
            .iter()
            .map(Ground::as_str)
            .map(str::to_owned)
            .collect(),
        seq: place.seq,
        sub: draft.subject.to_string(),
        ts: place.ts.to_string(),
        unit: draft.unit.as_ref().map(ToString::to_string),
        v: SCHEMA,
    })
}

/// Refuses what the verifier would refuse, before it becomes a receipt for ever.
fn check(draft: &Draft, place: &Placement) -> Result<(), ClaimsError> {
    if !is_sane(place.ts) {
        return Err(ClaimsError::Time {
            ts: place.ts.to_string(),
        });
    }
    let config_version = draft.meta.config_version.unwrap_or(0);
    let backlog = draft.meta.approval_backlog.unwrap_or(0);
    let log_before = draft.meta.log_before.as_ref().map_or(0, |log| log.size);
    let population = draft.meta.population.unwrap_or(0);
    // No part of a log is longer than the log.
    let log_size = draft
        .meta
        .filter
        .as_ref()
        .map_or(0, |filter| filter.log_size);
    let integers = [
        ("seq", place.seq),
        ("link.filter.log_size", log_size),
        ("policy.version", draft.policy.version),
        ("meta.config_version", config_version),
        ("meta.approval_backlog", backlog),
        ("meta.log_before.size", log_before),
        ("meta.population", population),
    ];
    match integers.into_iter().find(|&(_, value)| value > MAX_INTEGER) {
        Some((member, value)) => Err(ClaimsError::Integer { member, value }),
        None => Ok(()),
    }
}

fn decision(draft: &Draft) -> Result<Option<&'static str>, ClaimsError> {
    let own = draft.decision.map(Decision::as_str);
    if (draft.kind == ReceiptKind::Decision) != own.is_some() {
        return Err(ClaimsError::Decision {
            kind: draft.kind,
            decision: own.unwrap_or("none"),
        });
    }
    Ok(match draft.kind {
        ReceiptKind::Decision => own,
        ReceiptKind::PolicyChange => Some("POLICY_CHANGE"),
        ReceiptKind::ProtectionChange
        | ReceiptKind::Approval
        | ReceiptKind::Execution
        | ReceiptKind::RiskChange
        | ReceiptKind::ConfigChange
        | ReceiptKind::AccessChange
        | ReceiptKind::KeyChange
        | ReceiptKind::Export
        | ReceiptKind::Replay => None,
    })
}

/// What the receipt is about; absent when it names nothing.
fn link(seen: &Meta) -> Option<LinkClaims> {
    let names_nothing = seen.about.is_none()
        && seen.approval.is_none()
        && seen.answers.is_none()
        && seen.filter.is_none();
    if names_nothing {
        return None;
    }
    Some(LinkClaims {
        approval: seen.approval.map(|id| id.to_string()),
        decision: seen.answers.map(|id| id.to_string()),
        filter: seen.filter.as_ref().map(filter),
        receipt: seen.about.map(|id| id.to_string()),
    })
}

fn filter(filter: &LogFilter) -> FilterClaims {
    FilterClaims {
        digest: filter.digest.to_string(),
        from: filter.from.map(|at| at.to_string()),
        log_size: filter.log_size,
        subject: filter.subject.as_ref().map(ToString::to_string),
        to: filter.to.map(|at| at.to_string()),
        unit: filter.unit.as_ref().map(ToString::to_string),
    }
}

fn totals(totals: ReplayTotals) -> ReplayClaims {
    ReplayClaims {
        different: totals.different,
        equal: totals.equal,
        not_replayable: totals.not_replayable,
        total: totals.total,
    }
}

fn meta(seen: &Meta) -> MetaClaims {
    MetaClaims {
        act_before: seen.act_before.map(|at| at.to_string()),
        answer_digest: seen.answer_digest.as_ref().map(ToString::to_string),
        approval_backlog: seen.approval_backlog,
        approval_saturated: seen.approval_saturated,
        approvals_open: seen.approvals_open,
        cause: seen.cause.map(LevelCause::as_str).map(str::to_owned),
        change_point: seen.change_point,
        config_digest: seen.config_digest.clone(),
        config_version: seen.config_version,
        context_hash: seen.context_hash.clone(),
        credential: seen.credential.as_ref().map(ToString::to_string),
        enabled: seen.enabled,
        event: seen.event.as_ref().map(ToString::to_string),
        evidence: seen.evidence.iter().map(signal).collect(),
        expected_wait_minutes: seen.expected_wait_minutes.map(round6),
        expires_at: seen.expires_at.map(|at| at.to_string()),
        features_ts: seen.features_ts.map(|at| at.to_string()),
        forecast: seen.forecast.as_ref().map(forecast),
        grant: seen.grant.map(GrantUse::as_str).map(str::to_owned),
        keys: seen.keys.iter().map(key).collect(),
        known: seen.known,
        lambda_est: seen.lambda_est.map(round6),
        latency_ms: seen.latency_ms.map(round6),
        log_before: seen.log_before.as_ref().map(before),
        log_key: seen.log_key.clone(),
        loosens: seen.loosens,
        manifest_digest: seen.manifest_digest.as_ref().map(ToString::to_string),
        mode: seen.mode.map(Mode::as_str).map(str::to_owned),
        mu_est: seen.mu_est.map(round6),
        over_share: seen.over_share,
        pinned: seen.pinned,
        population: seen.population,
        previous_level: seen
            .previous_level
            .map(ProtectionLevel::as_str)
            .map(str::to_owned),
        protection_level: seen
            .protection_level
            .map(ProtectionLevel::as_str)
            .map(str::to_owned),
        quorum: seen.quorum.map(Quorum::people),
        replay: seen.replay.map(totals),
        request_digest: seen.request_digest.as_ref().map(ToString::to_string),
        rho: seen.rho.map(round6),
        risk_score: seen.risk_score.map(round6),
        risky: seen.risky,
        rule: seen.rule.map(Rule::as_str).map(str::to_owned),
        run: seen.run.map(|run| run.to_string()),
        signal_rho: seen.signal_rho.map(round6),
        subject_limit: seen.subject_limit,
        token_limit: seen.token_limit,
        upstream_status: seen.upstream_status,
        vote: seen.vote.map(VoteChoice::as_str).map(str::to_owned),
        votes: seen.votes,
        would_be: seen.would_be.map(Decision::as_str).map(str::to_owned),
    }
}

fn forecast(said: &ForecastSeen) -> ForecastClaims {
    ForecastClaims {
        horizon_minutes: round6(said.horizon_minutes),
        minutes_to_threshold: said.minutes_to_threshold.map(round6),
        precision: round6(said.precision),
        predictor: said.predictor.to_owned(),
        rho: said.rho.map(round6),
    }
}

fn signal(seen: &SignalSeen) -> SignalClaims {
    SignalClaims {
        hash: seen.hash.to_string(),
        source: seen.source.clone(),
        weight: round6(seen.weight),
    }
}

fn key(change: &KeyChange) -> KeyClaims {
    KeyClaims {
        from_seq: match change.state {
            KeyState::Active | KeyState::Retired => None,
            KeyState::Compromised { from } => Some(from),
        },
        kid: change.kid.to_string(),
        state: KeyState::as_str(change.state).to_owned(),
    }
}

fn before(log: &LogBefore) -> LogBeforeClaims {
    LogBeforeClaims {
        origin: log.origin.clone(),
        root: log.root.clone(),
        size: log.size,
    }
}
