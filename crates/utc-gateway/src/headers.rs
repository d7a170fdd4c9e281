//! Which headers go on, and which end here.
//!
//! The order matters: what a caller calls hop-by-hop goes first, then what only this gateway may say, and only then is
//! ours set. So no caller can have a header of ours removed, or keep one that looks like ours.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

use crate::cookies;

/// What concerns one connection only (RFC 9110, 7.6.1), and what frames the message: both are made anew.
const HOP_BY_HOP: [HeaderName; 12] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("http2-settings"),
    CONTENT_LENGTH,
    EXPECT,
];

/// What callers say about where a request came from or was going to. Upstreams believe it of a proxy.
const CLAIMS: [&str; 4] = ["forwarded", "x-real-ip", "x-original-url", "x-rewrite-url"];

/// Headers by which frameworks let a request say that it has another method.
const METHOD_OVERRIDES: [&str; 3] = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];

/// The caller's headers that go on to the upstream.
pub(crate) fn inbound(headers: &HeaderMap) -> HeaderMap {
    let mut kept = end_to_end(headers);
    retain(&mut kept, |name| !is_a_claim(name) && name != HOST.as_str());
    cookies::strip_sent(&mut kept);
    kept
}

/// The upstream's headers that go back to the caller.
pub(crate) fn outbound(headers: &HeaderMap) -> HeaderMap {
    let mut kept = end_to_end(headers);
    retain(&mut kept, |name| !is_ours(name));
    cookies::strip_set(&mut kept);
    kept
}

/// Whether a header says that the request has another method than it has.
pub(crate) fn overrides_the_method(headers: &HeaderMap) -> bool {
    headers
        .keys()
        .any(|name| METHOD_OVERRIDES.contains(&plain(name.as_str()).as_str()))
}

/// Whether an `Authorization` holds something that looks like a token of ours, whatever the scheme; also as a name or a
/// password of `Basic`, which are written in Base64.
pub(crate) fn authorises_with_a_token_of_ours(headers: &HeaderMap) -> bool {
    let values = headers.get_all(AUTHORIZATION).into_iter();
    values
        .flat_map(|value| parts(value.as_bytes()))
        .any(|part| is_token(part) || decoded(part).is_some_and(|text| parts(&text).any(is_token)))
}

fn parts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| b" \t,;=:\"'".contains(byte))
}

fn is_token(part: &[u8]) -> bool {
    let start = part.get(..4);
    start.is_some_and(|start| start.eq_ignore_ascii_case(b"utc_"))
}

/// What a part is in Base64, of either alphabet and however it ends: upstreams are as lenient.
fn decoded(part: &[u8]) -> Option<Vec<u8>> {
    let as_it_comes = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    [&alphabet::STANDARD, &alphabet::URL_SAFE]
        .into_iter()
        .find_map(|letters| GeneralPurpose::new(letters, as_it_comes).decode(part).ok())
}

/// Without what concerns one connection, by its name or because `Connection` names it.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    for name in nominated(headers).chain(HOP_BY_HOP) {
        kept.remove(name);
    }
    kept
}

fn nominated(headers: &HeaderMap) -> impl Iterator<Item = HeaderName> {
    let values = headers.get_all(CONNECTION).into_iter();
    values
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
}

fn retain(headers: &mut HeaderMap, keep: impl Fn(&str) -> bool) {
    let gone: Vec<HeaderName> = headers
        .keys()
        .filter(|name| !keep(name.as_str()))
        .cloned()
        .collect();
    for name in gone {
        headers.remove(name);
    }
}

fn is_a_claim(name: &str) -> bool {
    let name = plain(name);
    is_ours(&name) || name.starts_with("x-forwarded-") || CLAIMS.contains(&name.as_str())
}

fn is_ours(name: &str) -> bool {
    plain(name).starts_with("utc-")
}

/// Many servers hand `X_Real_IP` and `X-Real-IP` to their programs under one name.
fn plain(name: &str) -> String {
    name.replace('_', "-")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use http::header::HeaderValue;

    use super::*;

    fn map(lines: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    fn lines(headers: &HeaderMap) -> Vec<(String, String)> {
        let line = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        headers.iter().map(line).collect()
    }

    #[test]
    fn what_is_the_callers_own_goes_on_in_its_order() {
        let own = map(&[
            ("Authorization", "Bearer of-the-caller"),
            ("Content-Type", "text/plain"),
            ("X-Custom", "1"),
            ("X-Custom", "2"),
            ("Cookie", "a=1; b=2"),
            ("Idempotency-Key", "k"),
        ]);
        assert_eq!(lines(&inbound(&own)), lines(&own));
    }

    #[test]
    fn what_concerns_one_connection_ends_here_on_both_ways() {
        for name in HOP_BY_HOP {
            let one = map(&[(name.as_str(), "x"), ("x-kept", "1")]);
            assert_eq!(
                lines(&inbound(&one)),
                [("x-kept".into(), "1".into())],
                "{name}"
            );
            assert_eq!(
                lines(&outbound(&one)),
                [("x-kept".into(), "1".into())],
                "{name}"
            );
        }
    }

    #[test]
    fn what_connection_names_ends_here_on_both_ways() {
        let named = map(&[
            ("Connection", "close, X-One ,,"),
            ("Connection", "x-TWO"),
            ("X-One", "1"),
            ("X-Two", "2"),
            ("X-Three", "3"),
        ]);
        assert_eq!(lines(&inbound(&named)), [("x-three".into(), "3".into())]);
        assert_eq!(lines(&outbound(&named)), [("x-three".into(), "3".into())]);
    }

    #[test]
    fn what_only_a_proxy_may_say_is_not_taken_from_a_caller() {
        for name in [
            "UTC-Token",
            "UTC-Subject",
            "UTC-Approval",
            "UTC_Token",
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Anything",
            "X_Forwarded_For",
            "X-Real-IP",
            "X_REAL_IP",
            "X-Original-URL",
            "X-Rewrite-URL",
            "Host",
        ] {
            assert!(inbound(&map(&[(name, "x")])).is_empty(), "{name}");
        }
    }

    #[test]
    fn an_upstream_cannot_speak_for_the_gateway() {
        let answer = map(&[
            ("UTC-Decision", "ALLOW"),
            ("UTC-Receipt", "x"),
            ("utc_receipt", "x"),
            ("Server", "kept"),
            ("X-Forwarded-For", "kept"),
        ]);
        let kept = outbound(&answer);
        let mut names: Vec<&str> = kept.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["server", "x-forwarded-for"]);
    }

    #[test]
    fn headers_that_name_another_method_are_seen_however_they_are_written() {
        for name in [
            "X-HTTP-Method-Override",
            "X-HTTP-Method",
            "x_method_override",
        ] {
            assert!(overrides_the_method(&map(&[(name, "DELETE")])), "{name}");
        }
        assert!(!overrides_the_method(&map(&[("X-Method", "DELETE")])));
    }

    fn any_name() -> impl Strategy<Value = String> {
        const KNOWN: &[&str] = &[
            "connection",
            "utc-token",
            "utc_token",
            "x-forwarded-for",
            "te",
            "host",
            "x_real_ip",
            "a",
        ];
        prop_oneof![
            proptest::sample::select(KNOWN).prop_map(str::to_owned),
            "[a-z_-]{1,10}"
        ]
    }

    proptest! {
        #[test]
        fn nothing_that_ends_here_is_ever_left(
            pairs in proptest::collection::vec((any_name(), any_name()), 0..12)
        ) {
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let headers = map(&pairs);
            let kept = inbound(&headers);
            for name in kept.keys() {
                let name = plain(name.as_str());
                prop_assert!(!name.starts_with("utc-") && !name.starts_with("x-forwarded-"));
                prop_assert!(!["connection", "te", "host", "x-real-ip"].contains(&name.as_str()));
            }
            prop_assert_eq!(lines(&inbound(&kept)), lines(&kept), "a second time changes nothing");
        }
    }
}
