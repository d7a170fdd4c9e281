//! `/api/v1/rules`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use utc_domain::Rule;
use utoipa::IntoParams;

use super::blocking;
use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::wire::parts::Fields;
use crate::wire::receipts::{cursor, read_cursor, read_limit};
use crate::wire::rules::{PolicyVersionView, RuleAnswer, RuleBody, RuleHistory, RuleList};

/// Every policy switch
#[utoipa::path(get, path = "/api/v1/rules", tag = "Rules", responses(
    (status = 200, description = "The switches and the policy set they make", body = RuleList),
))]
pub(crate) async fn list(state: Data<State>) -> Result<HttpResponse, Problem> {
    let rules = blocking(&state, utc_app::Console::rules).await?;
    let policy = state.console.policy();
    Ok(HttpResponse::Ok().json(RuleList {
        items: rules.into_iter().map(Into::into).collect(),
        policy_version: policy.reference().version,
        policy_digest: policy.reference().digest.clone(),
    }))
}

/// Turn a rule on or off
///
/// Once this is answered, no later answer of any server follows the old rule.
#[utoipa::path(put, path = "/api/v1/rules/{key}", tag = "Rules", params(("key" = String, Path, description = "The rule's key")), request_body = RuleBody, responses(
    (status = 200, description = "Switched, with its receipt", body = RuleAnswer),
    (status = 404, description = "No such rule", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn put(
    state: Data<State>,
    caller: Caller,
    key: Path<String>,
    body: Json<RuleBody>,
) -> Result<HttpResponse, Problem> {
    let rule: Rule = key.parse().map_err(|_| utc_app::AppError::NotFound {
        what: "rule",
        name: key.escape_default().to_string(),
    })?;
    let change = body.0.into_change(rule, &caller)?;
    let enabled = change.enabled;
    let changed = state.console.set_rule(change).await?;
    tracing::info!(rule = %rule, enabled, receipt_id = %changed.receipt_id, "a rule was switched");
    Ok(HttpResponse::Ok().json(RuleAnswer::new(rule, enabled, &changed)))
}

/// A place in a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Where to go on.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    pub(crate) limit: Option<String>,
}

/// How the policy came to be, newest first
#[utoipa::path(get, path = "/api/v1/rules/history", tag = "Rules", params(PageQuery), responses(
    (status = 200, description = "Versions of the policy set", body = RuleHistory),
))]
pub(crate) async fn history(
    state: Data<State>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let before: Option<i64> = read_cursor(&mut fields, query.cursor.as_deref());
    let limit = read_limit(&mut fields, query.limit.as_deref());
    fields.finish()?;
    let wanted = i64::try_from(limit).unwrap_or(50);
    let mut rows = blocking(&state, move |console| {
        console.rule_history(before, wanted + 1)
    })
    .await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows
        .last()
        .filter(|_| more)
        .map(|row| cursor(&row.version.to_string()));
    let items = rows.into_iter().map(PolicyVersionView::from).collect();
    Ok(HttpResponse::Ok().json(RuleHistory { items, next_cursor }))
}
