//! Keeps the console's own cookies out of what goes through here. Browsers send cookies to every port of a host, and
//! take them from every port.

use http::HeaderMap;
use http::header::{COOKIE, HeaderName, HeaderValue, SET_COOKIE};

/// Strips them from what a caller sent.
pub(crate) fn strip_sent(headers: &mut HeaderMap) {
    keep_cookies(headers, &COOKIE, without_console_cookies);
}

/// Strips them from what an upstream sets.
pub(crate) fn strip_set(headers: &mut HeaderMap) {
    keep_cookies(headers, &SET_COOKIE, |value| {
        (!is_console_cookie(value.as_bytes())).then(|| value.clone())
    });
}

fn keep_cookies(
    headers: &mut HeaderMap,
    name: &HeaderName,
    keep: impl Fn(&HeaderValue) -> Option<HeaderValue>,
) {
    let kept: Vec<HeaderValue> = headers.get_all(name).into_iter().filter_map(keep).collect();
    if kept.iter().eq(headers.get_all(name)) {
        return;
    }
    headers.remove(name);
    for value in kept {
        headers.append(name.clone(), value);
    }
}

/// None when no cookie is left.
fn without_console_cookies(value: &HeaderValue) -> Option<HeaderValue> {
    let cookies: Vec<&[u8]> = value.as_bytes().split(|byte| *byte == b';').collect();
    if !cookies.iter().any(|cookie| is_console_cookie(cookie)) {
        return Some(value.clone());
    }
    let kept: Vec<&[u8]> = cookies
        .into_iter()
        .filter(|cookie| !is_console_cookie(cookie))
        .map(<[u8]>::trim_ascii)
        .collect();
    let kept = kept.join(b"; ".as_slice());
    HeaderValue::from_bytes(&kept)
        .ok()
        .filter(|kept| !kept.is_empty())
}

/// The console's cookie is `utc`, or `__Host-utc` behind TLS; names that begin like that are kept free for it.
fn is_console_cookie(cookie: &[u8]) -> bool {
    let name = cookie
        .split(|byte| *byte == b'=')
        .next()
        .unwrap_or_default();
    let name = name.trim_ascii().to_ascii_lowercase();
    let plain = name
        .strip_prefix(b"__host-")
        .or_else(|| name.strip_prefix(b"__secure-"))
        .unwrap_or(&name);
    plain == b"utc" || plain.starts_with(b"utc_") || plain.starts_with(b"utc-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(strip: fn(&mut HeaderMap), name: &HeaderName, values: &[&'static str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name, HeaderValue::from_static(value));
        }
        strip(&mut headers);
        let kept = headers.get_all(name).into_iter();
        kept.map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn the_consoles_cookies_do_not_reach_upstreams() {
        let check = |cookies: &'static str, left: &[&str]| {
            assert_eq!(after(strip_sent, &COOKIE, &[cookies]), left, "{cookies}");
        };
        check("a=1; b=2", &["a=1; b=2"]);
        check("a=1;utc=s; b=2", &["a=1; b=2"]);
        check("a=1;utc_session=s; b=2", &["a=1; b=2"]);
        check("__Host-utc=s", &[]);
        check("utcx=1; xutc=2", &["utcx=1; xutc=2"]);
        check("__Host-utc_session=s", &[]);
        check(" UTC_session=s;c=3", &["c=3"]);
        check("my_utc_=1; b=utc_x", &["my_utc_=1; b=utc_x"]);
    }

    #[test]
    fn upstreams_do_not_set_the_consoles_cookies() {
        let set = [
            "utc=stolen; Path=/",
            "__Host-utc=stolen; Path=/; Secure",
            "utc_session=stolen; Path=/",
            "a=1",
            "__Host-utc_x=1",
            "b=2",
        ];
        assert_eq!(after(strip_set, &SET_COOKIE, &set), ["a=1", "b=2"]);
    }
}
