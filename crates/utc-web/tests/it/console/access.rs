//! People, tokens and sessions by form.

use super::Browser;
use crate::support::{Ask, PASSWORD, Site};

#[actix_web::test]
async fn a_token_is_made_shown_once_used_and_revoked() {
    let site = Site::new();
    let root = Browser::new(&site, "root", "admin").await;
    let fields = [
        ("name", "ci"),
        ("roles", "decider"),
        ("roles", "viewer"),
        ("subjects", "agent-*, bot"),
    ];
    let made = site.send(root.send("/access/tokens/new", &fields)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let rest = made.page().split("<code id=\"secret\">").nth(1).unwrap();
    let token = rest.split('<').next().unwrap();
    assert!(token.starts_with("utc_"), "{token}");
    let me = site
        .send(Ask::new("GET", "/api/v1/me").token(token))
        .await
        .json();
    assert_eq!(me["subjects"], serde_json::json!(["agent-*", "bot"]));
    let page = site.send(root.open("/access")).await;
    page.hides(token);
    let rest = page
        .text
        .split("href=\"/access/tokens/")
        .find(|part| part.contains("/revoke\""))
        .unwrap();
    let id = rest.split('/').next().unwrap();
    let path = format!("/access/tokens/{id}/revoke");
    let asked = site.send(root.open(&path)).await;
    asked.shows("for ever");
    asked.shows("No, go back");
    site.send(root.send(&path, &[])).await.leads_to("/access");
    site.send(Ask::new("GET", "/api/v1/me").token(token))
        .await
        .check(401, "unauthenticated");
    let again = site.send(root.send(&path, &[])).await;
    assert_eq!(again.status, 409);
    again.shows("is revoked already");
}

#[actix_web::test]
async fn what_is_wrong_with_a_form_stands_at_its_field_and_what_was_entered_stays() {
    let site = Site::new();
    let root = Browser::new(&site, "root", "admin").await;
    let fields = [
        ("name", "ci"),
        ("roles", "decider"),
        ("subjects", ""),
        ("units", "a b"),
    ];
    let refused = site.send(root.send("/access/tokens/new", &fields)).await;
    assert_eq!(refused.status, 400);
    refused.shows("href=\"#subjects\"");
    refused.shows("value=\"ci\"");
    refused.shows("value=\"decider\" checked");
    let none = site
        .send(root.send("/access/tokens/new", &[("name", "x")]))
        .await;
    assert_eq!(none.status, 400);
    none.shows("at least one role");
    let short = [("name", "bob"), ("password", "short"), ("roles", "viewer")];
    let short = site.send(root.send("/access/people/new", &short)).await;
    assert_eq!(short.status, 400);
    short.hides("short\"");
}

#[actix_web::test]
async fn a_person_is_let_in_changed_shut_out_and_let_in_again() {
    let site = Site::new();
    let root = Browser::new(&site, "root", "admin").await;
    let fields = [("name", "bob"), ("password", PASSWORD), ("roles", "viewer")];
    site.send(root.send("/access/people/new", &fields))
        .await
        .leads_to("/access");
    site.send(root.open("/access"))
        .await
        .shows("/access/people/bob");
    let rights = [("roles", "auditor"), ("units", "a-*")];
    site.send(root.send("/access/people/bob", &rights))
        .await
        .leads_to("/access");
    let page = site.send(root.open("/access/people/bob")).await;
    page.shows("value=\"auditor\" checked");
    page.shows("value=\"a-*\"");
    let admission =
        |yes: &'static str| root.send("/access/people/bob/admission", &[("disabled", yes)]);
    site.send(admission("yes")).await.leads_to("/access");
    let sign_in = || {
        Ask::new("POST", "/login")
            .form(&format!("name=bob&password={}", PASSWORD.replace(' ', "+")))
    };
    assert_eq!(site.send(sign_in()).await.status, 401);
    site.send(admission("no")).await.leads_to("/access");
    assert_eq!(site.send(sign_in()).await.status, 303);
    let last = [("disabled", "yes")];
    let last = site
        .send(root.send("/access/people/root/admission", &last))
        .await;
    assert_eq!(last.status, 409);
    last.shows("last administrator");
}

#[actix_web::test]
async fn everybody_sees_and_ends_their_own_sessions_and_changes_their_password() {
    let site = Site::new();
    let root = Browser::new(&site, "root", "admin").await;
    let vera = Browser::new(&site, "vera", "viewer").await;
    let page = site.send(vera.open("/access")).await;
    page.shows("Your sessions");
    page.hides("Make a token");
    page.hides(">root<");
    for path in [
        "/access/tokens/new",
        "/access/people/new",
        "/access/people/root",
    ] {
        assert_eq!(site.send(vera.open(path)).await.status, 403, "{path}");
    }
    let differ = [
        ("current", PASSWORD),
        ("new", "a bicycle made of paper"),
        ("again", "x"),
    ];
    let differ = site.send(vera.send("/access/password", &differ)).await;
    assert_eq!(differ.status, 400);
    differ.shows("href=\"#again\"");
    let new = "a bicycle made of paper";
    let fine = [("current", PASSWORD), ("new", new), ("again", new)];
    site.send(vera.send("/access/password", &fine))
        .await
        .leads_to("/access");
    let rest = page.text.split("href=\"/access/sessions/").nth(1).unwrap();
    let id = rest.split('/').next().unwrap();
    let path = format!("/access/sessions/{id}/end");
    site.send(root.open(&path))
        .await
        .shows("has to sign in again");
    site.send(root.send(&path, &[])).await.leads_to("/access");
    let over = site.send(vera.open("/access")).await;
    assert_eq!(over.header("location"), Some("/login?next=/access"));
}
