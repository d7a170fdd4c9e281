//! A unit's configuration as a form. What the form does not know (labels, overrides of methods, the window of relaxing)
//! stays as it is.

use std::collections::BTreeSet;
use std::str::FromStr;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use serde::Serialize;
use utc_app::{AppError, Console, FieldError, UnitConfig};

use super::unit_name;
use super::view::UnitPageView;
use crate::State;
use crate::access::Caller;
use crate::console::link::encoded;
use crate::console::{Entries, Flash, Shell};
use crate::handlers::blocking;
use crate::problem::Problem;

/// The fields as texts, in the form.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ConfigFields {
    upstream: String,
    capacity_per_hour: String,
    servers: String,
    aliases: String,
    criticality: String,
    approvals_required: String,
    mode: String,
    low: String,
    high: String,
    relax_below: String,
}

impl ConfigFields {
    pub(super) fn of(config: &UnitConfig) -> Self {
        let number =
            |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        let aliases: Vec<String> = config.aliases.iter().map(ToString::to_string).collect();
        Self {
            upstream: config.upstream.clone().unwrap_or_default(),
            capacity_per_hour: number(config.capacity_per_hour),
            servers: config.servers.to_string(),
            aliases: aliases.join(" "),
            criticality: config.criticality.to_string(),
            approvals_required: config.approvals_required.to_string(),
            mode: config.mode.to_string(),
            low: number(config.thresholds.low),
            high: number(config.thresholds.high),
            relax_below: number(config.thresholds.relax_below),
        }
    }

    fn from_form(form: &Entries) -> Self {
        Self {
            upstream: form.text("upstream"),
            capacity_per_hour: form.text("capacity_per_hour"),
            servers: form.text("servers"),
            aliases: form.words("aliases").join(" "),
            criticality: form.text("criticality"),
            approvals_required: form.text("approvals_required"),
            mode: form.text("mode"),
            low: form.text("low"),
            high: form.text("high"),
            relax_below: form.text("relax_below"),
        }
    }

    /// The configuration with these fields; everything that is wrong is told at once.
    fn apply(&self, before: &UnitConfig) -> Result<UnitConfig, AppError> {
        let mut read = Read(Vec::new());
        let mut config = before.clone();
        config.upstream = Some(self.upstream.clone()).filter(|upstream| !upstream.is_empty());
        config.capacity_per_hour = read.optional("capacity_per_hour", &self.capacity_per_hour);
        read.set("servers", &self.servers, &mut config.servers);
        read.set("criticality", &self.criticality, &mut config.criticality);
        read.set(
            "approvals_required",
            &self.approvals_required,
            &mut config.approvals_required,
        );
        read.set("mode", &self.mode, &mut config.mode);
        config.thresholds.low = read.optional("low", &self.low);
        config.thresholds.high = read.optional("high", &self.high);
        config.thresholds.relax_below = read.optional("relax_below", &self.relax_below);
        config.aliases = BTreeSet::new();
        for alias in self.aliases.split_whitespace() {
            config.aliases.extend(read.one("aliases", alias));
        }
        read.0.extend(config.problems());
        if read.0.is_empty() {
            Ok(config)
        } else {
            Err(AppError::Invalid(read.0))
        }
    }
}

/// Reads texts, and collects what is wrong.
struct Read(Vec<FieldError>);

impl Read {
    fn one<T: FromStr>(&mut self, field: &str, text: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let error: T::Err = error;
                let wrong = FieldError::new(format!("/{field}"), error.to_string());
                self.0.push(wrong);
                None
            }
        }
    }

    fn optional(&mut self, field: &str, text: &str) -> Option<f64> {
        if text.is_empty() {
            None
        } else {
            self.one(field, text)
        }
    }

    fn set<T: FromStr>(&mut self, field: &str, text: &str, place: &mut T)
    where
        T::Err: std::fmt::Display,
    {
        if let Some(value) = self.one(field, text) {
            *place = value;
        }
    }
}

/// Configure a unit by form
#[utoipa::path(post, path = "/units/{unit}/configure", tag = "Pages", params(("unit" = String, Path, description = "Name, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Back, with what was done"),
    (status = 400, description = "The form again, with what is wrong", content_type = "text/html"),
))]
pub(crate) async fn configure(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let fields = ConfigFields::from_form(&form);
    let entered = fields.clone();
    let update = move |before: Option<&UnitConfig>| {
        fields.apply(before.unwrap_or(&UnitConfig::unconfigured()))
    };
    match state
        .console
        .configure_unit(name.clone(), &caller, Box::new(update))
        .await
    {
        Ok(done) => {
            tracing::info!(unit = %name, receipt_id = %done.receipt_id, "a unit was configured");
            let flash = Flash::done("The configuration is replaced.").receipt(done.receipt_id);
            Ok(shell.done(&format!("/units/{}", encoded(&unit)), &flash))
        }
        Err(error) => {
            let wrong = correctable(error)?;
            let work = move |console: &Console| UnitPageView::of(console, &caller, &name);
            let view = blocking(&state, work).await?.entered(entered, &wrong);
            shell.page_with(StatusCode::BAD_REQUEST, "unit.html", &view)
        }
    }
}

/// What a person can put right in the form.
fn correctable(error: AppError) -> Result<Vec<FieldError>, Problem> {
    match error {
        AppError::Invalid(wrong) => Ok(wrong),
        AppError::Conflict { message, .. } => Ok(vec![FieldError::new("", message)]),
        other => Err(other.into()),
    }
}
