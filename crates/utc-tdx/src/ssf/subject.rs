//! Whom or what an event is about (RFC 9493).

use serde_json::Value;

use crate::entity::Entity;
use crate::members::Members;
use crate::receive::read::entities;
use crate::refusal::Refusal;

/// For each format of identifiers the member that identifies.
const IDENTIFYING: &[(&str, &str)] = &[
    ("account", "uri"),
    ("did", "url"),
    ("email", "email"),
    ("iss_sub", "sub"),
    ("jwt_id", "jti"),
    ("opaque", "id"),
    ("phone_number", "phone_number"),
    ("saml_assertion_id", "assertion_id"),
    ("uri", "uri"),
];

/// The identifier itself, and as the label `member=identifier`.
///
/// A subject of many parts, such as a user on a device, yields what each of them does. An identifier whose format is
/// unknown yields nothing, and the event matches no unit.
pub(super) fn about(subject: &Members<'_>) -> Result<Vec<Entity>, Refusal> {
    let mut texts = Vec::new();
    match subject.text("format")? {
        "complex" => subject
            .map()
            .values()
            .for_each(|part| simple(part, &mut texts)),
        "aliases" => {
            let all = subject.array("identifiers")?;
            for one in all {
                simple(one, &mut texts);
            }
        }
        format => identify(subject, format, &mut texts),
    }
    Ok(entities(texts))
}

fn simple(part: &Value, texts: &mut Vec<String>) {
    let Ok(part) = Members::of(part, "") else {
        return;
    };
    if let Ok(format) = part.text("format") {
        identify(&part, format, texts);
    }
}

fn identify(subject: &Members<'_>, format: &str, texts: &mut Vec<String>) {
    let found = IDENTIFYING.iter().find(|(known, _)| *known == format);
    let Some((_, member)) = found else {
        return;
    };
    if let Ok(id) = subject.text(member) {
        texts.push(id.to_owned());
        texts.push(format!("{member}={id}"));
    }
}
