//! Receipts verify in a library that nobody here wrote.

use std::process::{Command, Output};

use utc_test_support::{SECRET, Server, ServerOptions, workspace};

use crate::calls::{APPROVAL, observe, set_rule, write};
use crate::tokens::tampered;

/// The Python that has `PyJWT` and the library of Standard Webhooks.
pub(crate) fn python() -> String {
    let found = std::env::vars_os().find(|(name, _)| name == "UTC_TEST_PYTHON");
    let path = found.and_then(|(_, path)| path.into_string().ok());
    path.expect(
        "UTC_TEST_PYTHON is not set: run `tests/run`, which makes a Python with PyJWT and sets it",
    )
}

fn pyjwt(token: &str, secret: &str) -> Output {
    let script = workspace().join("tests/py/verify_receipt.py");
    Command::new(python())
        .arg(script)
        .args([token, secret])
        .output()
        .unwrap()
}

#[track_caller]
fn check_accepts(token: &str, secret: &str) {
    let output = pyjwt(token, secret);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let claims: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&"utc".into(), &"utc-receipts".into())
    );
}

/// Refused by the check of the signature, not by a mistake of the script.
#[track_caller]
fn check_refuses(token: &str, secret: &str) {
    let output = pyjwt(token, secret);
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("not valid: "), "{said}");
}

#[test]
fn every_kind_of_receipt_verifies_with_pyjwt_and_the_secret() {
    let server = Server::start(&ServerOptions::sqlite());
    write(server.client(), "orders");
    set_rule(server.client(), APPROVAL, true);
    observe(server.client(), "orders", 95.0, 100.0).ok();
    let page = server.get("/api/v1/receipts").ok();
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 5, "with the log's first entry and the token's");
    for item in items {
        check_accepts(item["receipt"].as_str().unwrap(), SECRET);
    }
}

#[test]
fn a_wrong_secret_and_a_changed_token_fail_in_pyjwt_too() {
    let server = Server::start(&ServerOptions::sqlite());
    let answer = write(server.client(), "orders");
    let token = answer["receipt"].as_str().unwrap();
    check_refuses(token, "another-secret-0123456789abcdef0123456789");
    for (what, changed) in tampered(token) {
        println!("{what}");
        check_refuses(&changed, SECRET);
    }
}

#[test]
fn the_secret_that_is_made_at_the_first_start_is_the_key() {
    let options = ServerOptions::sqlite().without("HMAC_SECRET");
    let server = Server::start(&options);
    let answer = write(server.client(), "orders");
    let file = options.folder().join("data/hmac.secret");
    let secret = std::fs::read_to_string(&file).unwrap();
    check_accepts(answer["receipt"].as_str().unwrap(), secret.trim());
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let folder = std::fs::metadata(file.parent().unwrap()).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&folder.permissions()) & 0o777,
        0o700
    );
}
