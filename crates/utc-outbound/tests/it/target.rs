//! Which URLs are targets, and what they say.

use utc_outbound::{Target, TargetError};

fn refused(text: &str) -> TargetError {
    text.parse::<Target>().unwrap_err()
}

#[track_caller]
fn check_place(text: &str, host: &str, port: u16) {
    let target: Target = text.parse().unwrap();
    assert_eq!((target.host(), target.port()), (host, port), "{text}");
}

#[test]
fn host_and_port_are_those_that_are_connected_to() {
    check_place("http://example.org", "example.org", 80);
    check_place("HTTPS://EXAMPLE.org/", "example.org", 443);
    check_place("https://example.org.:8443/x?y", "example.org.", 8443);
    check_place("http://[2001:DB8::1]:81/", "2001:db8::1", 81);
    check_place("https://bücher.example/", "xn--bcher-kva.example", 443);
    check_place("http://example.org:80", "example.org", 80);
}

#[test]
fn odd_spellings_of_an_address_are_that_address() {
    for host in [
        "2130706433",
        "0x7f000001",
        "017700000001",
        "0x7f.1",
        "127.1",
        "127.0.0.1.",
        "0177.0.0.01",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
    ] {
        let target: Target = format!("http://{host}/").parse().unwrap();
        assert_eq!(target.to_string(), "http://127.0.0.1/", "{host}");
        assert_eq!(target.literal(), Some([127, 0, 0, 1].into()), "{host}");
    }
}

#[test]
fn a_name_is_no_literal() {
    let target: Target = "http://127.0.0.1.example/".parse().unwrap();
    assert_eq!(target.literal(), None);
}

#[test]
fn what_is_not_http_is_refused() {
    for scheme in ["ftp", "file", "gopher", "ws", "javascript", "data"] {
        let text = format!("{scheme}://example.org/");
        assert_eq!(refused(&text), TargetError::Scheme(scheme.to_owned()));
    }
    assert!(matches!(refused("example.org"), TargetError::Syntax(_)));
    assert!(matches!(refused(""), TargetError::Syntax(_)));
}

#[test]
fn users_passwords_and_fragments_are_refused() {
    for text in [
        "http://a@example.org",
        "http://a:b@example.org",
        "http://@example.org",
        "http://:@h/",
    ] {
        assert_eq!(refused(text), TargetError::UserInfo, "{text}");
    }
    assert_eq!(refused("http://example.org/#x"), TargetError::Fragment);
    assert_eq!(refused("http://example.org#@h"), TargetError::Fragment);
    check_place("http://example.org/@x", "example.org", 80);
    check_place("http://example.org?a@b", "example.org", 80);
}

#[test]
fn a_host_is_needed_and_a_port_that_exists() {
    for text in [
        "http:///x",
        "http:example.org",
        "http:/example.org",
        "http://example.org:0/",
    ] {
        assert_eq!(refused(text), TargetError::Host, "{text}");
    }
    for text in [
        "http://",
        "http://:80",
        "http://example.org:65536",
        "http://[::1",
        "http://1.2.3.256",
    ] {
        assert!(text.parse::<Target>().is_err(), "{text}");
    }
}

#[test]
fn characters_that_programs_read_differently_are_refused() {
    for text in [
        "http://exa\tmple.org",
        " http://example.org",
        "http://example.org/\r\nX: y",
        "http://example.org\\@h",
        "http://example.org/\0",
        "http://example.org/\u{a0}",
    ] {
        assert_eq!(refused(text), TargetError::Character, "{text:?}");
    }
}

#[test]
fn a_url_has_at_most_2000_bytes() {
    let longest = format!("http://example.org/{}", "a".repeat(2_000 - 19));
    assert_eq!(longest.parse::<Target>().unwrap().to_string(), longest);
    assert_eq!(
        refused(&format!("{longest}a")),
        TargetError::TooLong {
            actual: 2_001,
            max: 2_000
        }
    );
    // Escaped, it is three times as long.
    let grows = format!("http://example.org/{}", "ü".repeat(500));
    assert_eq!(
        refused(&grows),
        TargetError::TooLong {
            actual: 3_019,
            max: 2_000
        }
    );
}

#[test]
fn another_path_is_taken_byte_for_byte_and_changes_nothing_else() {
    let base: Target = "https://example.org:8443/v1?x=1".parse().unwrap();
    for path in [
        "/",
        "/a%2Fb",
        "/a/../b",
        "//evil.example/",
        "/%7e?q=%00&r=a|b",
        "/@evil.example",
    ] {
        let target = base.with_path(path).unwrap();
        assert_eq!(
            target.to_string(),
            format!("https://example.org:8443{path}")
        );
        assert_eq!((target.host(), target.port()), ("example.org", 8443));
    }
}

#[test]
fn what_is_no_path_is_refused() {
    let base: Target = "https://example.org".parse().unwrap();
    let long = format!("/{}", "a".repeat(16_000));
    for path in [
        "",
        "x",
        "@evil.example",
        ":80/",
        "?q",
        "/a b",
        "/a\r\nb",
        "/a#b",
        "/a\\b",
        &long,
    ] {
        assert!(base.with_path(path).is_err(), "{path:?}");
    }
}
