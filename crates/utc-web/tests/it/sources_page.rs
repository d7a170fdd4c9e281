//! The registry of sources by form: registered, changed, a secret shown once, a verification asked for.

use utc_tdx::ContentHash;

use crate::signals::receivers::tag;
use crate::support::{Ask, Site};
use crate::visitor::{HOSTILE, Visitor, check_harmless};

/// What a browser sends of the form of a source that signs as GitHub does.
const GITHUB: [(&str, &str); 8] = [
    ("name", "urn:acme/github"),
    ("trust", "0.9"),
    ("signature", "github"),
    ("units", "payments-* orders"),
    ("secret", ""),
    ("jwks", "left over"),
    ("issuer", ""),
    ("audience", ""),
];

const PAGE: &str = "/signals/sources/urn%3Aacme%2Fgithub";

#[actix_web::test]
async fn a_source_is_registered_with_a_secret_that_is_shown_once() {
    let site = Site::new();
    let adam = Visitor::new(&site, "adam", "admin").await;
    assert!(adam.page("/signals").await.contains("Register a source"));
    let bare = adam.post("/signals/register", &GITHUB).await;
    assert_eq!(bare.status, 400);
    assert!(
        bare.text.contains("is needed for this signature")
            && bare.text.contains("payments-* orders"),
        "{}",
        bare.text
    );
    let mut fields = GITHUB.to_vec();
    fields.push(("new_secret", "yes"));
    let made = adam.post("/signals/register", &fields).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let secret = made.text.split("<code id=\"secret\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap();
    assert!(secret.starts_with("whsec_"), "{secret}");
    let page = adam.page(PAGE).await;
    assert!(!page.contains(secret), "{page}");
    for part in [
        "Speaks about",
        "payments-*",
        "/api/v1/tdx/github/urn%3Aacme%2Fgithub",
        "with a secret that is kept sealed",
        "user:adam",
    ] {
        assert!(
            page.contains(part) || page.contains(&part.replace('/', "&#x2F;")),
            "{part}: {page}"
        );
    }
    let twice = adam.post("/signals/register", &fields).await;
    assert_eq!(twice.status, 400);
    assert!(
        twice.text.contains("change it on its page"),
        "{}",
        twice.text
    );
    // What was made is what its deliveries are checked with.
    let body = r#"{"action":"created"}"#;
    let tag = tag(secret.as_bytes(), &[body]);
    let hex = ContentHash::from_bytes(tag.try_into().unwrap()).to_string();
    let signed = Ask::new("POST", "/api/v1/tdx/github/urn%3Aacme%2Fgithub")
        .header("x-github-event", "dependabot_alert")
        .header("x-github-delivery", "1")
        .header("x-hub-signature-256", &hex.replace(':', "="))
        .text("application/json", body);
    let taken = site.send(signed).await;
    assert_ne!(taken.status, 401, "{}", taken.text);
}

#[actix_web::test]
async fn a_source_is_changed_by_form_and_its_secret_stays_or_is_replaced() {
    let site = Site::new();
    let adam = Visitor::new(&site, "adam", "admin").await;
    let mut fields = GITHUB.to_vec();
    fields[4] = ("secret", "a secret of sixteen characters");
    let registered = adam.done("/signals/register", &fields, PAGE).await;
    assert!(
        registered.contains("The source is registered."),
        "{registered}"
    );
    let mut fields = GITHUB.to_vec();
    fields[1] = ("trust", "0");
    fields.push(("authoritative", "yes"));
    let changed = adam.done(PAGE, &fields, PAGE).await;
    assert!(
        changed.contains("The source is changed.")
            && changed.contains("authoritative: it may lock units alone")
            && changed.contains("0 of 1"),
        "{changed}"
    );
    assert!(!changed.contains("sixteen characters"), "{changed}");
    fields[1] = ("trust", "much");
    fields[3] = ("units", HOSTILE);
    let wrong = adam.post(PAGE, &fields).await;
    assert_eq!(wrong.status, 400);
    check_harmless(&wrong.text);
    assert!(
        wrong.text.contains("must be a number from 0 to 1"),
        "{}",
        wrong.text
    );
    fields[1] = ("trust", "0.5");
    fields[3] = ("units", "");
    fields[4] = ("secret", "another secret of the source");
    fields.push(("new_secret", "yes"));
    let both = adam.post(PAGE, &fields).await;
    assert!(
        both.text
            .contains("leave it empty where a new one is to be made"),
        "{}",
        both.text
    );
    assert!(!both.text.contains("another secret of"), "{}", both.text);
}

#[actix_web::test]
async fn only_administrators_change_sources_and_viewers_look() {
    let site = Site::new();
    let adam = Visitor::new(&site, "adam", "admin").await;
    let mut fields = GITHUB.to_vec();
    fields[4] = ("secret", "a secret of sixteen characters");
    adam.done("/signals/register", &fields, PAGE).await;
    let plain = [("name", "plain"), ("trust", "1"), ("signature", "token")];
    let bare = adam
        .done("/signals/register", &plain, "/signals/sources/plain")
        .await;
    assert!(bare.contains("every unit, by name and alias"), "{bare}");
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    let page = olga.page(PAGE).await;
    assert!(!page.contains("Change this source"), "{page}");
    assert!(!olga.page("/signals").await.contains("/signals/register"));
    for path in ["/signals/register", PAGE] {
        assert_eq!(olga.post(path, &fields).await.status, 403);
        assert_eq!(adam.forged(path).await, 403);
    }
    assert_eq!(olga.get("/signals/register").await.status, 403);
    assert_eq!(olga.get("/signals/sources/nobody").await.status, 404);
    // It does not push security event tokens, so there is no stream to verify.
    let verification = format!("{PAGE}/verification");
    let refused = olga.done(&verification, &[], PAGE).await;
    assert!(refused.contains("Nothing was changed:"), "{refused}");
}
