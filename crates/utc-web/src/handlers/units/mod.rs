//! `/api/v1/units`.

pub(crate) mod marks;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde_json::Value;
use utc_app::{AppError, UnitConfig};
use utc_domain::{Timestamp, UnitName};

use crate::State;
use crate::access::Caller;
use crate::body::{Json, from_value};
use crate::handlers::blocking;
use crate::handlers::rules::PageQuery;
use crate::problem::Problem;
use crate::wire::forecast::{GateBody, GateChanged, ScorecardAnswer};
use crate::wire::parts::Fields;
use crate::wire::receipts::{cursor, read_cursor, read_limit};
use crate::wire::units::config::UnitBody;
use crate::wire::units::history::HistoryAnswer;
use crate::wire::units::observations::{ObservationsBody, ObservedAnswer, reports};
use crate::wire::units::{UnitAnswer, UnitChanged, UnitList};

/// Every unit, by name
#[utoipa::path(get, path = "/api/v1/units", tag = "Units", params(PageQuery), responses(
    (status = 200, description = "A page of units", body = UnitList),
))]
pub(crate) async fn list(
    state: Data<State>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let after: Option<UnitName> = read_cursor(&mut fields, query.cursor.as_deref());
    let limit = read_limit(&mut fields, query.limit.as_deref());
    fields.finish()?;
    let work = move |console: &utc_app::Console| console.units(&caller, after.as_ref(), limit);
    let page = blocking(&state, work).await?;
    let next_cursor = page.next.map(|name| cursor(name.as_str()));
    Ok(HttpResponse::Ok().json(UnitList {
        items: page.units.into_iter().map(Into::into).collect(),
        next_cursor,
    }))
}

/// One unit
///
/// The name is one percent-encoded segment: `route:/payments` is `route%3A%2Fpayments`.
#[utoipa::path(get, path = "/api/v1/units/{unit}", tag = "Units", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), responses(
    (status = 200, description = "The unit", body = UnitAnswer),
    (status = 404, description = "No such unit", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn get(state: Data<State>, unit: Path<String>) -> Result<HttpResponse, Problem> {
    let view = view(&state, unit_name(&unit)?).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Create or replace a unit's configuration
#[utoipa::path(put, path = "/api/v1/units/{unit}", tag = "Units", params(("unit" = String, Path, description = "Name, percent-encoded")), request_body = UnitBody, responses(
    (status = 200, description = "Replaced, with its receipt", body = UnitChanged),
    (status = 201, description = "Created, with its receipt", body = UnitChanged),
    (status = 409, description = "An alias is taken, or there are too many units", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn put(
    state: Data<State>,
    caller: Caller,
    unit: Path<String>,
    body: Json<UnitBody>,
) -> Result<HttpResponse, Problem> {
    let config = body.0.into_config().map_err(Problem::invalid)?;
    configure(
        &state,
        &caller,
        &unit,
        Box::new(move |_| Ok(config.clone())),
    )
    .await
}

/// Change a unit's configuration by JSON merge patch (RFC 7396)
#[utoipa::path(patch, path = "/api/v1/units/{unit}", tag = "Units", params(("unit" = String, Path, description = "Name, percent-encoded")), request_body = UnitBody, responses(
    (status = 200, description = "Changed, with its receipt", body = UnitChanged),
    (status = 404, description = "No configured unit of this name", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn patch(
    state: Data<State>,
    caller: Caller,
    unit: Path<String>,
    body: Json<Value>,
) -> Result<HttpResponse, Problem> {
    let patch = body.0;
    if !patch.is_object() {
        return Err(Problem::field("", "must be an object: a JSON merge patch"));
    }
    let name = unit_name(&unit)?;
    let update = move |before: Option<&UnitConfig>| {
        let before = before.ok_or_else(|| AppError::NotFound {
            what: "configured unit",
            name: name.to_string(),
        })?;
        patched(before, &patch)
    };
    configure(&state, &caller, &unit, Box::new(update)).await
}

fn patched(before: &UnitConfig, patch: &Value) -> Result<UnitConfig, AppError> {
    let mut value = serde_json::to_value(UnitBody::from(before))
        .map_err(|error| AppError::Internal(Box::new(error)))?;
    merge(&mut value, patch);
    let body: UnitBody = from_value(value).map_err(Problem::into_app_error)?;
    body.into_config().map_err(AppError::Invalid)
}

/// RFC 7396. What is set to null is removed, and so gets its default. The depth is bounded by the parser.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(members) = target else {
        return;
    };
    for (key, change) in changes {
        if change.is_null() {
            members.remove(key);
        } else {
            merge(members.entry(key.clone()).or_insert(Value::Null), change);
        }
    }
}

async fn configure(
    state: &Data<State>,
    caller: &Caller,
    unit: &str,
    update: utc_app::Update,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(unit)?;
    let configured = state
        .console
        .configure_unit(name.clone(), caller, update)
        .await?;
    tracing::info!(unit = %name, receipt_id = %configured.receipt_id, "a unit was configured");
    let status = if configured.created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let unit = view(state, name).await?;
    Ok(HttpResponse::build(status).json(UnitChanged {
        receipt_id: configured.receipt_id.to_string(),
        unit,
    }))
}

/// What a unit went through, newest first
#[utoipa::path(get, path = "/api/v1/units/{unit}/history", tag = "Units", params(("unit" = String, Path, description = "Name or alias, percent-encoded"), PageQuery), responses(
    (status = 200, description = "Metrics and level changes", body = HistoryAnswer),
    (status = 404, description = "No such unit", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn history(
    state: Data<State>,
    unit: Path<String>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let mut fields = Fields::default();
    let before: Option<Timestamp> = fields.read_optional("/cursor", query.cursor.as_deref());
    let limit = read_limit(&mut fields, query.limit.as_deref());
    fields.finish()?;
    let before = before.unwrap_or(Timestamp::MAX).as_micros();
    let limit = i64::try_from(limit).unwrap_or(50);
    let history = blocking(&state, move |console| {
        console.unit_history(&name, before, limit)
    })
    .await?;
    Ok(HttpResponse::Ok().json(HistoryAnswer {
        features: history.features.into_iter().map(Into::into).collect(),
        level_changes: history.level_changes.into_iter().map(Into::into).collect(),
    }))
}

/// How right a unit's forecasts were
///
/// Forecasts are made and scored under the predictive controller only; without any the cards are empty.
#[utoipa::path(get, path = "/api/v1/units/{unit}/scorecard", tag = "Units", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), responses(
    (status = 200, description = "A card for each forecast", body = ScorecardAnswer),
    (status = 404, description = "No such unit", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn scorecard(
    state: Data<State>,
    unit: Path<String>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let scorecard = blocking(&state, move |console| console.scorecard(&name)).await?;
    Ok(HttpResponse::Ok().json(ScorecardAnswer::from(scorecard)))
}

/// Say whether a forecast may act
///
/// It holds from the unit's next observation on, and is recorded with who said it and why.
#[utoipa::path(put, path = "/api/v1/units/{unit}/scorecard/{predictor}", tag = "Units", params(("unit" = String, Path, description = "Name or alias, percent-encoded"), ("predictor" = String, Path, description = "`fast_ewma`, `holt` or `seasonal`")), request_body = GateBody, responses(
    (status = 200, description = "Set, with its receipt", body = GateChanged),
    (status = 404, description = "No such unit", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn gate(
    state: Data<State>,
    caller: Caller,
    path: Path<(String, String)>,
    body: Json<GateBody>,
) -> Result<HttpResponse, Problem> {
    let (unit, predictor) = path.into_inner();
    let request = body.0.into_request(&predictor)?;
    let marked = state
        .console
        .set_gate(&unit_name(&unit)?, &caller, request)
        .await?;
    tracing::info!(unit = %marked.unit, receipt_id = %marked.receipt_id, "a forecast's gate was set");
    let scorecard = blocking(&state, move |console| console.scorecard(&marked.unit)).await?;
    Ok(HttpResponse::Ok().json(GateChanged {
        receipt_id: marked.receipt_id.to_string(),
        scorecard: ScorecardAnswer::from(scorecard),
    }))
}

/// Report arrivals and capacity of a unit's queue
///
/// One observation or an array, oldest first: all are taken or none. The unit's level follows.
#[utoipa::path(post, path = "/api/v1/units/{unit}/observations", tag = "Units", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body = ObservationsBody, responses(
    (status = 200, description = "The unit's new state", body = ObservedAnswer),
    (status = 400, description = "An observation is not valid; none was taken", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn observe(
    state: Data<State>,
    caller: Caller,
    unit: Path<String>,
    body: Json<Value>,
) -> Result<HttpResponse, Problem> {
    let reports = reports(body.0)?;
    let observed = state
        .console
        .observe_by(&caller, &unit_name(&unit)?, reports)
        .await?;
    for receipt_id in &observed.receipts {
        tracing::info!(unit = %observed.unit, %receipt_id, "a unit's protection level changed");
    }
    let receipts = observed.receipts.iter().map(ToString::to_string).collect();
    let unit = view(&state, observed.unit).await?;
    Ok(HttpResponse::Ok().json(ObservedAnswer { receipts, unit }))
}

async fn view(state: &Data<State>, name: UnitName) -> Result<UnitAnswer, Problem> {
    let view = blocking(state, move |console| console.unit(&name)).await?;
    Ok(view.into())
}

pub(crate) fn unit_name(text: &str) -> Result<UnitName, Problem> {
    text.parse()
        .map_err(|error: utc_domain::DomainError| Problem::field("/unit", error.to_string()))
}
