//! Tokens that are not receipts of ours: `valid: false`, never an error, never a receipt.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use utc_test_support::{Server, ServerOptions};

use crate::calls::{log_size, write};
use crate::chain::signed_again;

fn encoded(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// The token with another character at a place.
fn flipped(token: &str, at: usize) -> String {
    let other = if token.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &token[..at], &token[at + 1..])
}

/// Changed copies of a receipt, each with what was done to it.
pub(crate) fn tampered(token: &str) -> Vec<(&'static str, String)> {
    let parts: Vec<&str> = token.split('.').collect();
    let (header, payload, tag) = (parts[0], parts[1], parts[2]);
    let denied = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let denied = encoded(&denied.replace("\"ALLOW\"", "\"DENY\""));
    assert_ne!(denied, payload);
    let none = |spelling: &str| {
        encoded(&format!(
            r#"{{"alg":"{spelling}","typ":"utc-receipt+jwt"}}"#
        ))
    };
    vec![
        ("a character of the header", flipped(token, 5)),
        (
            "a character of the payload",
            flipped(token, header.len() + 20),
        ),
        (
            "the first character of the tag",
            flipped(token, token.len() - tag.len()),
        ),
        ("another decision", format!("{header}.{denied}.{tag}")),
        ("cut by one", token[..token.len() - 1].to_owned()),
        ("cut by half", token[..token.len() / 2].to_owned()),
        ("without tag", format!("{header}.{payload}.")),
        ("without the last part", format!("{header}.{payload}")),
        ("alg none", format!("{}.{payload}.", none("none"))),
        ("alg None", format!("{}.{payload}.", none("None"))),
        (
            "alg nOnE with the tag",
            format!("{}.{payload}.{tag}", none("nOnE")),
        ),
        ("alg HS512", format!("{}.{payload}.{tag}", none("HS512"))),
        ("alg RS256", format!("{}.{payload}.{tag}", none("RS256"))),
    ]
}

#[track_caller]
fn check_invalid(server: &Server, what: &str, token: &str) {
    let answer = server
        .post("/api/v1/verify", &json!({"receipt": token}))
        .ok();
    assert_eq!(answer["valid"], false, "{what}: {answer}");
    let failed = answer["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["outcome"] == "failed");
    assert!(
        failed
            .clone()
            .all(|check| !check["detail"].as_str().unwrap().is_empty())
            && failed.count() > 0,
        "{what}: {answer}"
    );
}

#[test]
fn changed_truncated_and_unsigned_tokens_are_not_valid() {
    let server = Server::start(&ServerOptions::sqlite());
    let answer = write(server.client(), "orders");
    let token = answer["receipt"].as_str().unwrap();
    let size = log_size(server.client());
    for (what, changed) in tampered(token) {
        check_invalid(&server, what, &changed);
    }
    let spaced = format!("{token} ");
    let padded = format!("{token}=");
    let four = format!("{token}.{}", encoded("more"));
    let nonsense = [
        "",
        ".",
        "..",
        "...",
        "nonsense",
        "é.é.é",
        "\u{0}",
        &spaced,
        &padded,
        &four,
        &"a".repeat(100_000),
    ];
    for text in nonsense {
        check_invalid(&server, text, text);
    }
    assert_eq!(log_size(server.client()), size);
}

#[test]
fn well_signed_tokens_that_the_log_does_not_hold_are_not_valid() {
    let server = Server::start(&ServerOptions::sqlite());
    let answer = write(server.client(), "orders");
    let token = answer["receipt"].as_str().unwrap();
    let [header, payload, _] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("{token}")
    };
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let with = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        signed_again(&format!(
            "{header}.{}.",
            encoded(&text.replacen(from, to, 1))
        ))
    };
    for (what, forged) in [
        ("another decision", with("\"ALLOW\"", "\"DENY\"")),
        ("another place", with("\"seq\":2", "\"seq\":7")),
        ("another issuer", with("\"iss\":\"utc\"", "\"iss\":\"you\"")),
        (
            "another audience",
            with("\"aud\":\"utc-receipts\"", "\"aud\":\"utc\""),
        ),
        (
            "a time that is text",
            with("\"iat\":", "\"iat\":\"1\",\"x\":"),
        ),
        (
            "a member twice",
            with("\"iss\":\"utc\"", "\"iss\":\"utc\",\"iss\":\"utc\""),
        ),
        (
            "claims that are an array",
            signed_again(&format!("{header}.{}.", encoded("[]"))),
        ),
    ] {
        check_invalid(&server, what, &forged);
    }
    let original: String = String::from_utf8(URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let with_header = |header: &str| signed_again(&format!("{}.{payload}.", encoded(header)));
    for (what, forged) in [
        (
            "critical extensions",
            with_header(&original.replacen('{', "{\"crit\":[\"b64\"],", 1)),
        ),
        (
            "a key of its own",
            with_header(&original.replacen('{', "{\"jwk\":{},", 1)),
        ),
        (
            "a key elsewhere",
            with_header(&original.replacen('{', "{\"jku\":\"http://127.0.0.1/\",", 1)),
        ),
        (
            "another type",
            with_header(&original.replace("utc-receipt+jwt", "JWT")),
        ),
        (
            "an unknown key",
            with_header(r#"{"alg":"HS256","kid":"0000000000000000","typ":"utc-receipt+jwt"}"#),
        ),
        (
            "no key",
            with_header(r#"{"alg":"HS256","typ":"utc-receipt+jwt"}"#),
        ),
    ] {
        check_invalid(&server, what, &forged);
    }
}

#[test]
fn a_receipt_of_another_installation_with_the_same_secret_is_not_valid_here() {
    let here = Server::start(&ServerOptions::sqlite());
    let there = Server::start(&ServerOptions::sqlite());
    write(here.client(), "orders");
    let foreign = write(there.client(), "orders");
    check_invalid(
        &here,
        "a foreign receipt",
        foreign["receipt"].as_str().unwrap(),
    );
}

#[test]
fn verifying_needs_exactly_one_of_token_and_id() {
    let server = Server::start(&ServerOptions::sqlite());
    let id = "0192f0c1-2345-7abc-8def-0123456789ab";
    server
        .post("/api/v1/verify", &json!({}))
        .problem(400, "invalid_request");
    server
        .post("/api/v1/verify", &json!({"receipt": "x", "receipt_id": id}))
        .problem(400, "invalid_request");
    server
        .post("/api/v1/verify", &json!({"receipt_id": id}))
        .problem(404, "not_found");
    server
        .post("/api/v1/verify", &json!({"receipt_id": "x"}))
        .problem(400, "invalid_request");
}
