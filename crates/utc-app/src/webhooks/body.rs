//! What a notice says. Ids, names, levels and links: never what a caller wrote, and never a request itself.

use serde::Serialize;
use utc_domain::{NoticeFormat, NoticeKind, ProtectionLevel, Rule, Timestamp};

use super::event::Event;
use super::links::Links;

/// As Standard Webhooks recommends: a type, a time, and what is told.
#[derive(Serialize)]
struct Standard<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    loosening: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Slack {
    text: String,
}

/// The body that tells of `event`, which happened at `now`.
pub(super) fn render(
    event: &Event<'_>,
    format: NoticeFormat,
    links: &Links,
    now: Timestamp,
) -> Result<String, serde_json::Error> {
    match format {
        NoticeFormat::Standard => serde_json::to_string(&Standard {
            kind: event.kind.as_str(),
            timestamp: now.to_string(),
            data: data(event, links),
        }),
        NoticeFormat::Slack => slack(&sentence(event), link(event, links)),
    }
}

/// The body of a call that only tells whether such calls arrive.
pub(super) fn test(
    format: NoticeFormat,
    links: &Links,
    now: Timestamp,
) -> Result<String, serde_json::Error> {
    match format {
        NoticeFormat::Standard => serde_json::to_string(&Standard {
            kind: "webhook.test",
            timestamp: now.to_string(),
            data: Data {
                receipt_id: None,
                subject: None,
                unit: None,
                approval_id: None,
                level: None,
                previous_level: None,
                rule: None,
                enabled: None,
                loosening: None,
                expires_at: None,
                url: links.home(),
            },
        }),
        NoticeFormat::Slack => slack("A test of this webhook: it works.", links.home()),
    }
}

fn data<'a>(event: &Event<'a>, links: &Links) -> Data<'a> {
    let draft = event.draft;
    let meta = &draft.meta;
    Data {
        receipt_id: Some(draft.id.to_string()),
        subject: Some(draft.subject.as_str()),
        unit: draft.unit.as_ref().map(utc_domain::UnitName::as_str),
        approval_id: meta.approval.map(|id| id.to_string()),
        level: meta.protection_level.map(ProtectionLevel::as_str),
        previous_level: meta.previous_level.map(ProtectionLevel::as_str),
        rule: meta.rule.map(Rule::as_str),
        enabled: meta.enabled,
        loosening: event.loosening,
        expires_at: meta.expires_at.map(|at| at.to_string()),
        url: link(event, links),
    }
}

fn link(event: &Event<'_>, links: &Links) -> Option<String> {
    match event.draft.meta.approval {
        Some(approval) => links.approval(approval),
        None => links.receipt(event.draft.id),
    }
}

fn slack(sentence: &str, link: Option<String>) -> Result<String, serde_json::Error> {
    let text = escape(sentence);
    let text = match link {
        Some(link) => format!("{text} <{link}|Open>"),
        None => text,
    };
    serde_json::to_string(&Slack { text })
}

/// The three characters that mean something to Slack: without this a name could call everybody, or pose as a link.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn sentence(event: &Event<'_>) -> String {
    let draft = event.draft;
    let who = &draft.subject;
    let unit = draft.unit.as_ref().map_or("-", |unit| unit.as_str());
    let word = |level: Option<ProtectionLevel>| level.map_or("-", ProtectionLevel::as_str);
    let level = word(draft.meta.protection_level);
    let said = match event.kind {
        NoticeKind::ApprovalRequested => {
            format!("{who} asks for approval on {unit} (level {level}).")
        }
        NoticeKind::ApprovalApproved => format!("{who} approved a request on {unit}."),
        NoticeKind::ApprovalRejected => format!("{who} rejected a request on {unit}."),
        NoticeKind::ApprovalCancelled => format!("{who} cancelled a request on {unit}."),
        NoticeKind::ApprovalRevoked => format!("{who} took an approval on {unit} back."),
        NoticeKind::ApprovalVoided => {
            format!("{who} changed what a request on {unit} was asked for: it is void.")
        }
        NoticeKind::ApprovalExpired => format!("The time of a request on {unit} is over."),
        NoticeKind::LevelChanged => {
            let before = word(draft.meta.previous_level);
            format!("{unit} went from {before} to {level} ({who}).")
        }
        NoticeKind::RuleChanged => rule_sentence(event),
        NoticeKind::PinBelowMeasured => {
            format!("{who} pinned {unit} at {level}, below its measured level.")
        }
        NoticeKind::UnitLoosened => format!("{who} holds less back on {unit} from now on."),
        NoticeKind::UnitRisky => format!("{unit} became risky, by what trust signals say."),
        NoticeKind::UnitNotRisky => {
            format!("{unit} is risky no more, by what trust signals say.")
        }
    };
    if event.loosening == Some(true) {
        format!("Loosening: {said}")
    } else {
        said
    }
}

fn rule_sentence(event: &Event<'_>) -> String {
    let who = &event.draft.subject;
    match (event.draft.meta.rule, event.draft.meta.enabled) {
        (Some(rule), Some(true)) => format!("{who} turned rule {rule} on."),
        (Some(rule), _) => format!("{who} turned rule {rule} off."),
        (None, _) => format!("{who} changed a setting that decisions follow."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_neither_call_everybody_nor_pose_as_a_link_in_slack() {
        let text = "<!channel> & <https://evil.example|approve>";
        let body = slack(text, Some("https://utc.example/a".to_owned())).unwrap();
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            body["text"],
            "&lt;!channel&gt; &amp; &lt;https://evil.example|approve&gt; <https://utc.example/a|Open>"
        );
    }
}
