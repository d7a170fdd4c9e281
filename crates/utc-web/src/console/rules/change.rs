//! Turning a rule on or off: first what that would have done, then the reason.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::{Deserialize, Serialize};
use utc_app::{AppError, RuleChange, RuleChanged};
use utc_domain::{Reason, Rule};
use utoipa::{IntoParams, ToSchema};

use super::controls::{self, Control};
use super::preview::Preview;
use crate::State;
use crate::access::Caller;
use crate::console::{Flash, FormErrors, Shell};
use crate::handlers::blocking;
use crate::problem::Problem;

#[derive(Serialize)]
struct ChangeView {
    key: &'static str,
    description: &'static str,
    on: bool,
    to: &'static str,
    is_already: bool,
    controls: [Control; 3],
    preview: Option<Preview>,
    reason: String,
    errors: FormErrors,
}

/// Which rule, and what it becomes.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    rule: Rule,
    on: bool,
}

impl Wanted {
    fn read(path: &(String, String)) -> Result<Self, AppError> {
        let nothing = || AppError::NotFound {
            what: "rule",
            name: format!("{}/{}", path.0, path.1)
                .escape_default()
                .to_string(),
        };
        let on = match path.1.as_str() {
            "on" => true,
            "off" => false,
            _ => return Err(nothing()),
        };
        let rule = path.0.parse().map_err(|_| nothing())?;
        Ok(Self { rule, on })
    }

    /// What is told once it is done.
    fn told(self, is_already: bool) -> Flash {
        let (rule, to) = (self.rule, self.to());
        if is_already {
            return Flash::warning(format!(
                "The rule {rule} was {to} already: nothing changed, and it is recorded that you said so."
            ));
        }
        Flash::done(format!("The rule {rule} is {to} from now on."))
    }

    fn to(self) -> &'static str {
        if self.on { "on" } else { "off" }
    }
}

/// How much of the last 24 hours is judged.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Judged {
    /// As many decisions as may be judged, instead of as many as can be at once.
    #[serde(default)]
    thoroughly: bool,
}

/// What a switch would have done
///
/// To the decisions of the last 24 hours; with the form that makes the change.
#[utoipa::path(get, path = "/rules/{key}/{to}", tag = "Pages", params(("key" = String, Path, description = "The rule's key"), ("to" = String, Path, description = "`on` or `off`"), Judged), responses((status = 200, description = "The page", content_type = "text/html")))]
pub(crate) async fn ask(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    path: Path<(String, String)>,
    judged: Query<Judged>,
) -> Result<HttpResponse, Problem> {
    let wanted = Wanted::read(&path)?;
    let view = view(&state, &caller, wanted, judged.thoroughly).await?;
    shell.page("rule_change.html", &view)
}

async fn view(
    state: &Data<State>,
    caller: &Caller,
    wanted: Wanted,
    thoroughly: bool,
) -> Result<ChangeView, Problem> {
    let by = caller.shared();
    let work = move |console: &utc_app::Console| {
        Preview::of(console, &by, wanted.rule, wanted.on, thoroughly)
    };
    let preview = blocking(state, work).await?;
    let on = state.console.policy().is_on(wanted.rule);
    Ok(ChangeView {
        key: wanted.rule.as_str(),
        description: wanted.rule.description(),
        on,
        to: wanted.to(),
        is_already: on == wanted.on,
        controls: controls::of(wanted.rule),
        preview,
        reason: String::new(),
        errors: FormErrors::default(),
    })
}

/// Why.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ReasonForm {
    /// Why, at most 1,000 characters.
    #[serde(default)]
    pub(crate) reason: String,
}

/// Turn a rule on or off by form
#[utoipa::path(post, path = "/rules/{key}/{to}", tag = "Pages", params(("key" = String, Path, description = "The rule's key"), ("to" = String, Path, description = "`on` or `off`")), request_body(content = ReasonForm, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Switched"),
    (status = 400, description = "The form again, with what was wrong", content_type = "text/html"),
))]
pub(crate) async fn publish(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    path: Path<(String, String)>,
    form: Form<ReasonForm>,
) -> Result<HttpResponse, Problem> {
    let wanted = Wanted::read(&path)?;
    let is_already = state.console.policy().is_on(wanted.rule) == wanted.on;
    match switch(&state, &caller, wanted, &form.reason).await {
        Ok(changed) => {
            let flash = wanted.told(is_already).receipt(changed.receipt_id);
            Ok(shell.done("/rules", &flash))
        }
        Err(problem) => {
            let (status, errors) = FormErrors::of(problem)?;
            let view = ChangeView {
                reason: form.reason.clone(),
                errors,
                ..view(&state, &caller, wanted, false).await?
            };
            shell.page_with(status, "rule_change.html", &view)
        }
    }
}

/// Hand a rule back by form
///
/// From then on the scorer of trust signals may switch it again.
#[utoipa::path(post, path = "/rules/{key}/hand-back", tag = "Pages", params(("key" = String, Path, description = "The rule's key")), responses((status = 303, description = "Handed back")))]
pub(crate) async fn hand_back(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    key: Path<String>,
) -> Result<HttpResponse, Problem> {
    let rule: Rule = key.parse().map_err(|_| AppError::NotFound {
        what: "rule",
        name: key.escape_default().to_string(),
    })?;
    let receipt = state.console.hand_back_rule(rule, &caller).await?;
    tracing::info!(%rule, receipt_id = %receipt, "a rule was handed back");
    let flash = Flash::done(format!(
        "The rule {rule} is handed back: signals may switch it again."
    ));
    Ok(shell.done("/rules", &flash.receipt(receipt)))
}

async fn switch(
    state: &State,
    caller: &Caller,
    wanted: Wanted,
    reason: &str,
) -> Result<RuleChanged, Problem> {
    let reason: Reason = match reason.trim() {
        "" => return Err(Problem::field("/reason", "say why: the receipt records it")),
        text => text.parse().map_err(|error: utc_domain::DomainError| {
            Problem::field("/reason", error.to_string())
        })?,
    };
    let change = RuleChange {
        rule: wanted.rule,
        enabled: wanted.on,
        reason: Some(reason),
        actor: caller.into(),
    };
    let changed = state.console.set_rule(change).await?;
    tracing::info!(rule = %wanted.rule, enabled = wanted.on, receipt_id = %changed.receipt_id, "a rule was switched");
    Ok(changed)
}
