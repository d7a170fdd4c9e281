//! A copy of a receipt in which something was changed, to show that it is noticed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The copy, and what was changed in it, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tampered {
    pub(super) jws: String,
    pub(super) change: String,
}

/// What somebody would like a receipt to say, and what instead.
const WISHES: [(&str, &str); 3] = [
    ("\"decision\":\"DENY\"", "\"decision\":\"ALLOW\""),
    (
        "\"decision\":\"REQUIRE_APPROVAL\"",
        "\"decision\":\"ALLOW\"",
    ),
    ("\"decision\":\"ALLOW\"", "\"decision\":\"DENY\""),
];

/// Changes the decision in the claims and leaves header and signature alone; none where there is no decision.
pub(super) fn tampered(jws: &str) -> Option<Tampered> {
    let mut parts = jws.split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let (from, to) = WISHES.into_iter().find(|(from, _)| claims.contains(from))?;
    let claims = claims.replacen(from, to, 1);
    Some(Tampered {
        jws: format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims)),
        change: format!("{from} became {to}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_decision_is_changed() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"decision":"DENY","sub":"a"}"#);
        let copy = tampered(&format!("head.{claims}.tag")).unwrap();
        let changed = URL_SAFE_NO_PAD.encode(r#"{"decision":"ALLOW","sub":"a"}"#);
        assert_eq!(copy.jws, format!("head.{changed}.tag"));
        assert_eq!(tampered("head.e30.tag"), None);
        assert_eq!(tampered("nonsense"), None);
    }
}
