//! What a receipt says besides its sentence: of each kind, what belongs to it.

use serde::Serialize;
use utc_attestation::{Claims, ForecastClaims};
use utc_domain::ReceiptKind;

/// A line of it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Fact {
    name: &'static str,
    value: String,
}

/// Every line that there is something to say in.
pub(super) fn facts(claims: &Claims) -> Vec<Fact> {
    let meta = &claims.meta;
    let text = |value: &Option<String>| value.clone();
    let number = |value: Option<f64>| value.map(|value| value.to_string());
    let lines = [
        ("Rule", switched(claims)),
        ("Level", level_change(claims)),
        ("Cause", text(&meta.cause)),
        ("Forecast", meta.forecast.as_ref().map(forecast)),
        (
            "Score",
            number(meta.risk_score).map(|score| format!("{score} of 100")),
        ),
        ("Risky", meta.risky.map(|risky| yes(risky).to_owned())),
        ("Vote", text(&meta.vote)),
        ("Approvals so far", quorum(claims)),
        (
            "The upstream answered",
            meta.upstream_status.map(|status| status.to_string()),
        ),
        (
            "After",
            number(meta.latency_ms).map(|millis| format!("{millis} ms")),
        ),
        ("Holds until", text(&meta.expires_at)),
        (
            "Holds less back",
            meta.loosens.map(|loosens| yes(loosens).to_owned()),
        ),
        (
            "Configuration",
            meta.config_version
                .map(|version| format!("version {version}")),
        ),
        (
            "Receipts in it",
            meta.population.map(|count| count.to_string()),
        ),
    ];
    let said = lines.into_iter();
    said.filter_map(|(name, value)| value.map(|value| Fact { name, value }))
        .collect()
}

/// Whether it answers a question. Changes of the policy name themselves in place of an answer.
pub(super) fn is_decision(claims: &Claims) -> bool {
    claims.kind == ReceiptKind::Decision.as_str()
}

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn switched(claims: &Claims) -> Option<String> {
    let rule = claims.meta.rule.as_ref()?;
    Some(match claims.meta.enabled {
        Some(true) => format!("{rule} turned on"),
        Some(false) => format!("{rule} turned off"),
        None => rule.clone(),
    })
}

/// Of a decision the level stands elsewhere, as a badge.
fn level_change(claims: &Claims) -> Option<String> {
    let to = claims.meta.protection_level.as_ref();
    let to = to.filter(|_| !is_decision(claims))?;
    Some(match &claims.meta.previous_level {
        Some(from) => format!("from {from} to {to}"),
        None => to.clone(),
    })
}

fn forecast(said: &ForecastClaims) -> String {
    let rho = said
        .rho
        .map_or_else(|| "no ρ".to_owned(), |rho| format!("ρ {rho}"));
    format!(
        "{} expects {rho} within {} min; {} of its warnings came true",
        said.predictor, said.horizon_minutes, said.precision
    )
}

fn quorum(claims: &Claims) -> Option<String> {
    let meta = &claims.meta;
    meta.votes.map(|votes| match meta.quorum {
        Some(quorum) => format!("{votes} of {quorum}"),
        None => votes.to_string(),
    })
}
