//! Security alerts of GitHub: Dependabot, code scanning, secret scanning.

mod kind;

use serde_json::json;

use crate::adapter::{Adapter, Proof};
use crate::delivery::Delivery;
use crate::draft::{Draft, Identity};
use crate::event::Event;
use crate::hash::ContentHash;
use crate::json;
use crate::members::Members;
use crate::receive::SignedSource;
use crate::receive::read::{entities, link, summary};
use crate::refusal::Refusal;
use crate::source::SourceName;

use kind::Kind;

/// The longest id of a delivery.
const MAX_ID: usize = 100;

/// The event of a delivery that `source` signed; none for GitHub's own `ping`.
///
/// A delivery is known by its id, and an alert by repository, number, action and time: GitHub delivers one alert to every
/// hook that sees the repository, each time under another id.
pub fn receive(delivery: &Delivery<'_>, source: &SignedSource) -> Result<Vec<Event>, Refusal> {
    source.check_hub(delivery)?;
    delivery.expect_type("application/json")?;
    let id = delivery_id(delivery)?;
    let name = delivery.required("x-github-event")?;
    let body = json::parse(delivery.body())?;
    if name == "ping" {
        // The header is not signed: an alert is none because somebody calls it so.
        let body = Members::of(&body, "")?;
        return match body.get("alert") {
            Some(_) => Err(body.wrong("alert", "does not go with `x-github-event: ping`")),
            None => Ok(Vec::new()),
        };
    }
    let kind = Kind::of(name).ok_or(Refusal::Unsupported {
        expected: "`dependabot_alert`, `code_scanning_alert` and `secret_scanning_alert`",
    })?;
    let mut draft = draft(&Members::of(&body, "")?, kind, &source.name)?;
    let content = ContentHash::of_json(&body);
    let by_delivery = Identity::new("github-delivery", json!(id), content);
    draft.identities.insert(0, by_delivery);
    let stamp = delivery.stamp(Adapter::GitHub, Proof::Hmac);
    Ok(vec![draft.seal(&stamp)])
}

fn delivery_id<'a>(delivery: &Delivery<'a>) -> Result<&'a str, Refusal> {
    const NAME: &str = "x-github-delivery";
    let id = delivery.required(NAME)?;
    if !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(id);
    }
    Err(Refusal::Header {
        name: NAME,
        problem: "must be 1 to 100 visible ASCII characters",
    })
}

fn draft(body: &Members<'_>, kind: Kind, source: &SourceName) -> Result<Draft, Refusal> {
    let action = body.text("action")?;
    let repository = body.object("repository")?.text("full_name")?.to_lowercase();
    let alert = body.object("alert")?;
    kind.check(&alert)?;
    let number = whole(&alert, "number")?;
    let updated = match alert.get("updated_at") {
        Some(_) => "updated_at",
        None => "created_at",
    };
    let thread = json!([kind.as_str(), repository, number]);
    let id = json!([
        kind.as_str(),
        repository,
        number,
        action,
        alert.text(updated)?
    ]);
    let nature = kind.nature();
    let what = kind.what(&alert)?;
    let content = ContentHash::of_json(&json!([id, what.severity.as_str()]));
    Ok(Draft {
        source: source.clone(),
        event_time: alert.parsed(updated)?,
        topic: nature.topic(),
        severity: what.severity,
        confidence: nature.confidence,
        entities: entities([format!("repo={repository}"), repository]),
        link: link(alert.optional_text("html_url")?),
        summary: summary(what.summary),
        intent: kind::intent(action),
        identities: vec![Identity::new("github-alert", id, content)],
        thread: Some(thread),
    })
}

fn whole(members: &Members<'_>, name: &str) -> Result<u64, Refusal> {
    let found = members.value(name)?.as_u64();
    found.ok_or_else(|| members.wrong(name, "must be a whole number"))
}
