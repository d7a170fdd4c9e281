//! Every route of the table, with no credentials, with each role alone, with an expired and a revoked token.

use std::time::Duration;

use serde_json::json;
use utc_app::{NewToken, SystemClock};
use utc_domain::{Clock as _, Role, Scope, Timestamp};
use utc_web::{Access, routes};

use crate::support::{Answer, Ask, Site, actor, scope};

/// A path with something that exists in place of its parameters.
fn filled(path: &str) -> String {
    path.replace("{unit}", "orders")
        .replace("{key}", "read_only_for_risky")
        .replace("{name}", "nobody")
        .replace("/tokens/{id}", "/tokens/0123456789abcdef")
        .replace("/sessions/{id}", "/sessions/0123456789abcdef")
        .replace("{delivery}", "0192f0c1-2345-7abc-8def-0123456789ab")
        .replace("{id}", "0192f0c1-2345-7abc-8def-0123456789ab")
}

/// Method, path and access of every row.
fn rows() -> Vec<(String, String, Access)> {
    let table = routes::table();
    let row = |row: &routes::Endpoint| {
        let method = serde_json::to_value(&row.method).unwrap();
        let method = method.as_str().unwrap().to_uppercase();
        (method, filled(&row.path), row.access)
    };
    table.iter().map(row).collect()
}

/// Whether the table lets somebody in who holds `role` on every unit.
fn lets_in(access: Access, role: Role) -> bool {
    let held = |wanted: Role| {
        let roles: utc_domain::Roles = role.as_str().parse().unwrap();
        roles.holds(wanted)
    };
    match access {
        Access::Probe | Access::Anyone | Access::Log | Access::Known => true,
        // No role is a signature.
        Access::Signed => false,
        Access::Role(wanted) | Access::Everywhere(wanted) => held(wanted),
        // A source of signals must have named its units.
        Access::Observer => held(Role::Operator),
        Access::Overseer => held(Role::Viewer) || held(Role::Approver),
    }
}

fn is_open(access: Access) -> bool {
    matches!(access, Access::Probe | Access::Anyone | Access::Log)
}

/// Whoever does not prove to be a source is told so, and nothing is taken.
#[track_caller]
fn check_unsigned(answer: &Answer, what: &str) {
    assert!(
        (400..500).contains(&answer.status),
        "{what}: {}",
        answer.text
    );
}

/// The answer of a handler, whichever it is, and not of the guard.
#[track_caller]
fn check_reached(answer: &Answer, what: &str) {
    let guarded = ["unauthenticated", "role_missing", "unit_not_allowed"];
    let own = guarded
        .iter()
        .any(|code| answer.text.contains(&format!("\"code\":\"{code}\"")));
    assert!(!own, "{what}: {}", answer.text);
    assert_ne!(answer.status, 405, "{what}");
    assert!(!answer.text.contains("no_such_path"), "{what}");
}

#[track_caller]
fn check_unknown(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.text);
    assert_eq!(answer.json()["code"], "unauthenticated", "{what}");
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Bearer realm=\"utc\""),
        "{what}"
    );
}

#[actix_web::test]
async fn whoever_says_nothing_gets_401_from_everything_that_is_not_for_anyone() {
    let site = Site::new();
    let rows = rows();
    for nobody in [true, false] {
        if !nobody {
            site.token("viewer", &[]);
        }
        let asks = rows.iter().map(|(method, path, _)| Ask::new(method, path));
        let answers = site.send_all(asks.collect()).await;
        for ((method, path, access), answer) in rows.iter().zip(answers) {
            let what = format!("{method} {path}");
            // A setup link that is wrong, and a form that is empty, are refused by their own handlers.
            match access {
                open if is_open(*open) => assert_ne!(answer.status, 401, "{what}"),
                Access::Signed => check_unsigned(&answer, &what),
                _ => check_unknown(&answer, &what),
            }
        }
    }
}

#[actix_web::test]
async fn each_role_alone_reaches_exactly_what_the_table_says() {
    let site = Site::new();
    let rows = rows();
    for role in Role::ALL {
        let (token, _) = site.token(role.as_str(), &[]);
        let asks = rows
            .iter()
            .map(|(method, path, _)| Ask::new(method, path).token(&token));
        let answers = site.send_all(asks.collect()).await;
        for ((method, path, access), answer) in rows.iter().zip(answers) {
            let what = format!("{role}: {method} {path}");
            if *access == Access::Signed {
                check_unsigned(&answer, &what);
            } else if lets_in(*access, role) {
                check_reached(&answer, &what);
            } else {
                assert_eq!(answer.status, 403, "{what}: {}", answer.text);
                let code = answer.json()["code"].clone();
                let observer = *access == Access::Observer && role == Role::Signal;
                let expected = if observer {
                    "unit_not_allowed"
                } else {
                    "role_missing"
                };
                assert_eq!(code, expected, "{what}");
            }
        }
    }
}

#[actix_web::test]
async fn expired_revoked_suspended_and_foreign_tokens_are_no_credentials() {
    let site = Site::new();
    let (revoked, id) = site.token("admin", &[]);
    site.console.revoke_token(actor(), id).wait().unwrap();
    let soon = SystemClock.now().plus_micros(50_000);
    let (expired, _) = site.create(NewToken {
        name: "short".parse().unwrap(),
        roles: "admin".parse().unwrap(),
        subjects: Scope::All,
        units: Scope::All,
        owner: None,
        expires_at: Some(soon),
    });
    let (suspended, _) = site.token("admin", &["**"]);
    site.console.suspend_access(actor()).wait().unwrap();
    let (foreign, _) = Site::new().token("admin", &[]);
    while SystemClock.now() <= soon {
        std::thread::sleep(Duration::from_millis(10));
    }
    let rows = rows();
    for token in [&revoked, &expired, &suspended, &foreign, "utc_nonsense", ""] {
        let asks = rows
            .iter()
            .map(|(method, path, _)| Ask::new(method, path).token(token));
        let answers = site.send_all(asks.collect()).await;
        for ((method, path, access), answer) in rows.iter().zip(answers) {
            let what = format!("{token}: {method} {path}");
            if *access == Access::Signed {
                check_unsigned(&answer, &what);
            } else if is_open(*access) {
                assert_ne!(answer.status, 401, "{what}");
            } else {
                check_unknown(&answer, &what);
            }
        }
    }
}

#[actix_web::test]
async fn only_a_single_bearer_header_counts() {
    let site = Site::new();
    let (token, _) = site.token("viewer", &[]);
    let me = || Ask::new("GET", "/api/v1/me");
    let schemes = vec![
        me().header("authorization", &token),
        me().header("authorization", &format!("Basic {token}")),
        me().header("authorization", &format!("Token {token}")),
        me().token(&token).token(&token),
    ];
    for answer in site.send_all(schemes).await {
        answer.check(401, "unauthenticated");
    }
    let small = me().header("authorization", &format!("bearer  {token}"));
    assert_eq!(site.send(small).await.status, 200);
}

#[actix_web::test]
async fn a_caller_learns_who_they_are() {
    let site = Site::new();
    let (token, _) = site.token("operator", &["pay*"]);
    let me = site
        .send(Ask::new("GET", "/api/v1/me").token(&token))
        .await
        .json();
    assert_eq!(me["roles"], json!(["operator"]));
    assert_eq!(me["holds"], json!(["viewer", "operator"]));
    assert_eq!(me["units"], json!(["pay*"]));
    assert_eq!(me.get("csrf_token"), None);
}

#[actix_web::test]
async fn people_and_tokens_are_managed_over_the_api() {
    let site = Site::new();
    let (admin, _) = site.token("admin", &[]);
    let ask = |method, path| Ask::new(method, path).token(&admin);
    let ann = json!({"name": "ann", "password": "a password of some length", "roles": ["admin"]});
    let created = site.send(ask("POST", "/api/v1/users").json(&ann)).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert!(!created.text.contains("argon2") && !created.text.contains("password"));
    site.send(ask("POST", "/api/v1/users").json(&ann))
        .await
        .check(409, "user_exists");
    let shut = json!({"disabled": true});
    let path = "/api/v1/users/ann";
    site.send(ask("PATCH", path).json(&shut))
        .await
        .check(409, "last_admin");
    site.send(ask("PATCH", path).json(&json!({})))
        .await
        .check(400, "invalid_request");
    let weak = json!({"password": "short"});
    let password = "/api/v1/users/ann/password";
    site.send(ask("PUT", password).json(&weak))
        .await
        .check(400, "invalid_request");
    let token = json!({
        "name": "ci", "roles": ["decider"], "subjects": ["agent-*"], "owner": "ann",
        "expires_at": "2100-01-01T00:00:00Z",
    });
    let created = site.send(ask("POST", "/api/v1/tokens").json(&token)).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let created = created.json();
    let text = created["token"].as_str().unwrap();
    let me = site.send(Ask::new("GET", "/api/v1/me").token(text)).await;
    assert_eq!(me.json()["name"], "token:ci");
    let listed = site.send(ask("GET", "/api/v1/tokens")).await;
    assert!(!listed.text.contains(text), "a list shows no secret");
    assert_eq!(listed.json()["items"][0]["owner"], "ann");
    let id = created["id"].as_str().unwrap();
    let path = format!("/api/v1/tokens/{id}");
    let revoked = site.send(ask("DELETE", &path)).await.json();
    let receipt = format!(
        "/api/v1/receipts/{}",
        revoked["receipt_id"].as_str().unwrap()
    );
    let receipt = site.send(ask("GET", &receipt)).await.json();
    assert_eq!(receipt["payload"]["kind"], "access_change");
    assert_eq!(receipt["payload"]["code"], "token_revoked");
}

#[actix_web::test]
async fn what_is_wrong_with_a_token_is_told_by_its_member() {
    let site = Site::new();
    let (admin, _) = site.token("admin", &[]);
    for (body, pointer) in [
        (json!({"name": "x", "roles": ["decider"]}), "/subjects"),
        (json!({"name": "x", "roles": []}), "/roles"),
        (json!({"name": "x", "roles": ["root"]}), "/roles/0"),
        (
            json!({"name": "x", "roles": ["decider", "approver"], "subjects": ["a"]}),
            "/roles",
        ),
        (json!({"name": "", "roles": ["viewer"]}), "/name"),
        (
            json!({"name": "x", "roles": ["viewer"], "units": [""]}),
            "/units/0",
        ),
        (
            json!({"name": "x", "roles": ["viewer"], "expires_at": "soon"}),
            "/expires_at",
        ),
        (
            json!({"name": "x", "roles": ["viewer"], "expires_at": "2020-01-01T00:00:00Z"}),
            "/expires_at",
        ),
    ] {
        let ask = Ask::new("POST", "/api/v1/tokens").token(&admin).json(&body);
        let answer = site.send(ask).await;
        answer.check(400, "invalid_request");
        assert_eq!(
            answer.json()["errors"][0]["pointer"],
            pointer,
            "{}",
            answer.text
        );
    }
}

#[test]
fn a_table_without_any_guarded_route_would_be_noticed() {
    let guarded = rows()
        .iter()
        .filter(|(_, _, access)| !is_open(*access))
        .count();
    assert!(guarded >= 30, "{guarded}");
    // The helpers of this file mean what they say.
    assert!(lets_in(Access::Role(Role::Viewer), Role::Auditor));
    assert!(!lets_in(Access::Role(Role::Approver), Role::Admin));
    assert_eq!(scope(&[]), Scope::All);
    assert!(Timestamp::EPOCH < SystemClock.now());
}

/// A bare name is taken for this process itself, and nobody asks again whether it may still do that.
#[test]
fn no_handler_acts_under_a_bare_name() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/handlers")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            read += 1;
            assert!(!text.contains(".name().clone()"), "{}", path.display());
        }
    }
    assert!(read > 20, "{read}");
}
