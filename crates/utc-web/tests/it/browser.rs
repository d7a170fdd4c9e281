//! People in browsers: the setup link, signing in and out, cookies, and pages of other sites.

use actix_web::http::Method;
use serde_json::{Value, json};
use utc_web::routes;

use crate::support::{Answer, Ask, ORIGIN, PASSWORD, Site};

fn sign_in_json(name: &str, password: &str) -> Value {
    json!({"name": name, "password": password})
}

async fn sign_in(site: &Site, name: &str) -> (String, String) {
    let ask = Ask::new("POST", "/api/v1/session").json(&sign_in_json(name, PASSWORD));
    let answer = site.send(ask).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let csrf = answer.json()["csrf_token"].as_str().unwrap().to_owned();
    (answer.cookie(), csrf)
}

fn with<'a>(method: &str, path: &'a str, cookie: &str) -> Ask<'a> {
    Ask::new(method, path)
        .header("cookie", cookie)
        .header("origin", ORIGIN)
}

#[actix_web::test]
async fn the_cookie_is_for_this_host_its_own_pages_and_no_script() {
    for (secure, name) in [(false, "utc"), (true, "__Host-utc")] {
        let site = Site::with(|state| state.secure_cookies = secure);
        site.person("ann", "viewer");
        let ask = Ask::new("POST", "/api/v1/session").json(&sign_in_json("ann", PASSWORD));
        let answer = site.send(ask).await;
        let header = answer.header("set-cookie").unwrap();
        assert!(
            header.starts_with(&format!("{name}=utcsession_")),
            "{header}"
        );
        for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(header.contains(part), "{header}");
        }
        assert_eq!(header.contains("Secure"), secure, "{header}");
        assert!(!header.contains("Domain"), "{header}");
        let cookie = answer.cookie();
        assert_eq!(
            site.send(with("GET", "/api/v1/me", &cookie)).await.status,
            200
        );
    }
}

#[actix_web::test]
async fn wrong_names_and_passwords_are_one_answer() {
    let site = Site::new();
    site.person("ann", "viewer");
    for (name, password) in [("ann", "wrong"), ("bob", PASSWORD), ("", "")] {
        let ask = Ask::new("POST", "/api/v1/session").json(&sign_in_json(name, password));
        let answer = site.send(ask).await;
        answer.check(401, "unauthenticated");
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[actix_web::test]
async fn each_sign_in_begins_a_new_session_and_ends_the_one_before() {
    let site = Site::new();
    site.person("ann", "viewer");
    let (first, _) = sign_in(&site, "ann").await;
    let again = with("POST", "/api/v1/session", &first).json(&sign_in_json("ann", PASSWORD));
    let second = site.send(again).await.cookie();
    assert_ne!(
        first, second,
        "nobody can prepare a session for somebody else"
    );
    site.send(with("GET", "/api/v1/me", &first))
        .await
        .check(401, "unauthenticated");
    assert_eq!(
        site.send(with("GET", "/api/v1/me", &second)).await.status,
        200
    );
}

/// Every call that changes something, of whoever is signed in.
fn changing() -> Vec<(String, String)> {
    let table = routes::table();
    let known = table.iter().filter(|row| {
        !matches!(
            row.access,
            utc_web::Access::Anyone | utc_web::Access::Probe | utc_web::Access::Signed
        )
    });
    let named = known.map(|row| {
        let method = serde_json::to_value(&row.method).unwrap();
        let path = row.path.replace(['{', '}'], "");
        (method.as_str().unwrap().to_uppercase(), path)
    });
    named
        .filter(|(method, _)| method != Method::GET.as_str())
        .collect()
}

#[actix_web::test]
async fn with_a_cookie_every_change_needs_the_origin_and_the_csrf_token() {
    let site = Site::new();
    site.person("ann", "admin");
    site.person("bob", "admin");
    let (cookie, csrf) = sign_in(&site, "ann").await;
    let (_, others) = sign_in(&site, "bob").await;
    let changing = changing();
    assert!(changing.len() > 15, "{}", changing.len());
    for (method, path) in &changing {
        let bare = || Ask::new(method, path).header("cookie", &cookie);
        let what = format!("{method} {path}");
        let check = |answer: &Answer, code: &str| {
            assert_eq!(
                (answer.status, &answer.json()["code"]),
                (403, &json!(code)),
                "{what}"
            );
        };
        check(
            &site.send(bare().header("x-csrf-token", &csrf)).await,
            "origin_refused",
        );
        let ours = || bare().header("origin", ORIGIN);
        check(&site.send(ours()).await, "csrf_refused");
        check(
            &site.send(ours().header("x-csrf-token", &others)).await,
            "csrf_refused",
        );
        check(
            &site.send(ours().header("x-csrf-token", "")).await,
            "csrf_refused",
        );
        let foreign = bare()
            .header("origin", "http://evil.example")
            .header("x-csrf-token", &csrf);
        check(&site.send(foreign).await, "origin_refused");
    }
    let fine = with("PUT", "/api/v1/rules/read_only_for_risky", &cookie)
        .header("x-csrf-token", &csrf)
        .json(&json!({"enabled": true}));
    let answer = site.send(fine).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let rules = site.send(with("GET", "/api/v1/rules", &cookie)).await;
    assert!(rules.text.contains("user:ann"), "{}", rules.text);
}

#[actix_web::test]
async fn a_token_needs_neither_origin_nor_csrf_token_and_wins_over_a_cookie() {
    let site = Site::new();
    site.person("ann", "viewer");
    let (cookie, _) = sign_in(&site, "ann").await;
    let (token, _) = site.token("operator", &[]);
    let ask = Ask::new("PUT", "/api/v1/rules/read_only_for_risky")
        .header("cookie", &cookie)
        .token(&token)
        .json(&json!({"enabled": true}));
    assert_eq!(site.send(ask).await.status, 200);
    let bad = with("GET", "/api/v1/me", &cookie).token("utc_nonsense");
    site.send(bad).await.check(401, "unauthenticated");
}

#[actix_web::test]
async fn signing_out_ends_the_session_and_takes_the_cookie_back() {
    let site = Site::new();
    site.person("ann", "viewer");
    let (cookie, csrf) = sign_in(&site, "ann").await;
    let out = with("DELETE", "/api/v1/session", &cookie).header("x-csrf-token", &csrf);
    let answer = site.send(out).await;
    assert_eq!(answer.status, 204);
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    site.send(with("GET", "/api/v1/me", &cookie))
        .await
        .check(401, "unauthenticated");
    let (token, _) = site.token("viewer", &[]);
    let none = Ask::new("DELETE", "/api/v1/session").token(&token);
    site.send(none).await.check(404, "not_found");
}

#[actix_web::test]
async fn the_forms_sign_in_and_out() {
    let site = Site::new();
    site.person("ann", "viewer");
    let page = site.send(Ask::new("GET", "/login")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("action=\"/login\""), "{}", page.text);
    let wrong = Ask::new("POST", "/login").form("name=ann&password=wrong");
    let wrong = site.send(wrong).await;
    assert_eq!(wrong.status, 401);
    assert!(
        wrong.text.contains("Wrong name or password"),
        "{}",
        wrong.text
    );
    let right = format!("name=ann&password={}", PASSWORD.replace(' ', "+"));
    let right = site
        .send(
            Ask::new("POST", "/login")
                .header("origin", ORIGIN)
                .form(&right),
        )
        .await;
    assert_eq!((right.status, right.header("location")), (303, Some("/")));
    let cookie = right.cookie();
    let home = site.send(with("GET", "/", &cookie)).await;
    assert_eq!(
        (home.status, home.header("location")),
        (303, Some("/overview"))
    );
    let home = site.send(with("GET", "/overview", &cookie)).await;
    assert!(home.text.contains("user:ann"), "{}", home.text);
    let field = home.text.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let csrf = field.split('"').next().unwrap();
    let bare = with("POST", "/logout", &cookie).form("x=1");
    site.send(bare).await.check(403, "csrf_refused");
    let out = with("POST", "/logout", &cookie).form(&format!("csrf={csrf}"));
    assert_eq!(site.send(out).await.status, 303);
    site.send(with("GET", "/api/v1/me", &cookie))
        .await
        .check(401, "unauthenticated");
}

#[actix_web::test]
async fn the_setup_link_works_once_and_only_with_its_secret() {
    let site = Site::new();
    let token = site.console.setup_token().unwrap().to_owned();
    let path = format!("/setup?token={token}");
    for wrong in ["/setup", "/setup?token=", "/setup?token=utcsetup_x"] {
        site.send(Ask::new("GET", wrong))
            .await
            .check(403, "setup_closed");
    }
    let page = site.send(Ask::new("GET", &path)).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains(&token), "{}", page.text);
    let form = |token: &str, password: &str, again: &str| {
        let body = format!("token={token}&name=root&password={password}&again={again}");
        Ask::new("POST", "/setup")
            .header("origin", ORIGIN)
            .form(&body)
    };
    let good = "a+password+of+some+length";
    site.send(form("utcsetup_x", good, good))
        .await
        .check(403, "setup_closed");
    for (password, again, said) in [
        (good, "another", "differ"),
        ("short", "short", "at least 12"),
    ] {
        let refused = site.send(form(&token, password, again)).await;
        assert_eq!(refused.status, 400);
        assert!(refused.text.contains(said), "{}", refused.text);
    }
    let done = site.send(form(&token, good, good)).await;
    assert_eq!((done.status, done.header("location")), (303, Some("/")));
    let me = site
        .send(with("GET", "/api/v1/me", &done.cookie()))
        .await
        .json();
    assert_eq!(me["roles"], json!(["admin"]));
    site.send(Ask::new("GET", &path))
        .await
        .check(403, "setup_closed");
    site.send(form(&token, good, good))
        .await
        .check(403, "setup_closed");
}

#[actix_web::test]
async fn what_somebody_entered_is_shown_as_text() {
    let site = Site::new();
    let token = site.console.setup_token().unwrap().to_owned();
    let body = format!("token={token}&name=%3Cscript%3E&password=x&again=x");
    let answer = site.send(Ask::new("POST", "/setup").form(&body)).await;
    assert_eq!(answer.status, 400);
    assert!(!answer.text.contains("<script>"), "{}", answer.text);
}

#[actix_web::test]
async fn strangers_are_led_to_sign_in_and_are_told_nothing_of_the_log() {
    let site = Site::new();
    let (decider, _) = site.token("decider", &[]);
    let (viewer, _) = site.token("viewer", &[]);
    for (ask, place) in [
        (Ask::new("GET", "/"), "/login"),
        (Ask::new("GET", "/").token("utc_nonsense"), "/login"),
        (Ask::new("GET", "/").token(&viewer), "/overview"),
        (Ask::new("GET", "/").token(&decider), "/access"),
    ] {
        let answer = site.send(ask).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, Some(place))
        );
    }
    let ready = site.send(Ask::new("GET", "/readyz")).await.json();
    assert_eq!(ready.get("log_size"), None);
    let ready = site
        .send(Ask::new("GET", "/readyz").token(&decider))
        .await
        .json();
    assert!(ready["log_size"].is_u64());
}

#[actix_web::test]
async fn the_demo_s_link_signs_in_as_often_as_wanted() {
    let mut carried = String::new();
    let site = Site::with(|state| {
        let new = utc_app::NewUser {
            name: "demo".parse().unwrap(),
            roles: "admin approver".parse().unwrap(),
            units: utc_domain::Scope::All,
        };
        let actor: utc_domain::Subject = "demo:seed".parse().unwrap();
        state
            .console
            .create_user(actor, new, PASSWORD)
            .wait()
            .unwrap();
        let (text, link) = state.console.sign_in_link("demo".parse().unwrap()).unwrap();
        carried = text.to_string();
        state.demo = Some(link);
    });
    let path = format!("/login?token={carried}");
    for _ in 0..3 {
        let answer = site.send(Ask::new("GET", &path)).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
        let me = site.send(with("GET", "/api/v1/me", &answer.cookie())).await;
        assert_eq!(me.json()["name"], "user:demo");
    }
    site.send(Ask::new("GET", "/login?token=utclogin_x"))
        .await
        .check(401, "unauthenticated");
    let other = Site::new();
    other
        .send(Ask::new("GET", &path))
        .await
        .check(401, "unauthenticated");
}

#[actix_web::test]
async fn people_see_and_end_their_own_sessions_and_administrators_all() {
    let site = Site::new();
    site.person("ann", "viewer");
    site.person("root", "admin");
    let (ann, ann_csrf) = sign_in(&site, "ann").await;
    let (root, root_csrf) = sign_in(&site, "root").await;
    let list = site
        .send(with("GET", "/api/v1/sessions", &ann))
        .await
        .json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["current"], true);
    let all = site
        .send(with("GET", "/api/v1/sessions", &root))
        .await
        .json();
    let id_of = |user: &str| {
        let items = all["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["user"] == user).unwrap();
        format!("/api/v1/sessions/{}", item["id"].as_str().unwrap())
    };
    let (own, roots) = (id_of("ann"), id_of("root"));
    let end =
        |path, cookie: &str, csrf: &str| with("DELETE", path, cookie).header("x-csrf-token", csrf);
    site.send(end(&roots, &ann, &ann_csrf))
        .await
        .check(404, "not_found");
    assert_eq!(site.send(end(&own, &root, &root_csrf)).await.status, 200);
    site.send(with("GET", "/api/v1/me", &ann))
        .await
        .check(401, "unauthenticated");
    let (token, _) = site.token("viewer", &[]);
    let none = site
        .send(Ask::new("GET", "/api/v1/sessions").token(&token))
        .await
        .json();
    assert_eq!(none["items"], json!([]));
}

#[actix_web::test]
async fn a_host_that_is_not_ours_is_refused_unless_bare_addresses_are_fine() {
    let asks = |host: &str| Ask::new("GET", "/healthz").host(host);
    let local = Site::new();
    local
        .send(asks("192.0.2.9:8000"))
        .await
        .check(403, "host_refused");
    let open = Site::with(|state| state.bare_addresses = true);
    assert_eq!(open.send(asks("192.0.2.9:8000")).await.status, 200);
    assert_eq!(open.send(asks("[2001:db8::1]:8000")).await.status, 200);
    open.send(asks("evil.example:8000"))
        .await
        .check(403, "host_refused");
}

#[actix_web::test]
async fn a_person_changes_their_own_password_and_a_token_has_none() {
    let site = Site::new();
    site.person("ann", "viewer");
    let (cookie, csrf) = sign_in(&site, "ann").await;
    let body = |current: &str| json!({"current": current, "new": "a bicycle made of paper"});
    let ask = |current: &str| {
        with("POST", "/api/v1/me/password", &cookie)
            .header("x-csrf-token", &csrf)
            .json(&body(current))
    };
    let wrong = site.send(ask("wrong")).await;
    wrong.check(400, "invalid_request");
    assert_eq!(wrong.json()["errors"][0]["pointer"], "/current");
    let changed = site.send(ask(PASSWORD)).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert!(changed.json()["receipt_id"].is_string());
    let me = site.send(with("GET", "/api/v1/me", &cookie)).await;
    assert_eq!(me.status, 200, "this session goes on");
    let (token, _) = site.token("admin", &[]);
    let by_token = Ask::new("POST", "/api/v1/me/password");
    let by_token = by_token.token(&token).json(&body(PASSWORD));
    site.send(by_token).await.check(404, "not_found");
}

#[actix_web::test]
async fn tries_to_change_a_password_count_as_tries_to_sign_in() {
    let site = Site::new();
    site.person("ann", "viewer");
    let (cookie, csrf) = sign_in(&site, "ann").await;
    let body = json!({"current": "wrong", "new": "a bicycle made of paper"});
    let ask = || {
        with("POST", "/api/v1/me/password", &cookie)
            .header("x-csrf-token", &csrf)
            .json(&body)
    };
    // Signing in was the first of five.
    for _ in 0..4 {
        site.send(ask()).await.check(400, "invalid_request");
    }
    site.send(ask()).await.check(429, "sign_in_limited");
}

#[actix_web::test]
async fn links_of_notices_lead_whoever_is_signed_in_to_what_they_tell_of() {
    let site = Site::new();
    site.person("ann", "viewer");
    let (cookie, _) = sign_in(&site, "ann").await;
    let id = "0192f0c1-2345-7abc-8def-0123456789ab";
    for kind in ["approvals", "receipts"] {
        let path = format!("/{kind}/{id}");
        let page = || Ask::new("GET", &path).header("accept", "text/html");
        let stranger = site.send(page()).await;
        let place = format!("/login?next={path}");
        assert_eq!(
            (stranger.status, stranger.header("location")),
            (303, Some(place.as_str()))
        );
        let absent = site.send(page().header("cookie", &cookie)).await;
        assert_eq!(absent.status, 404);
        assert!(absent.text.contains("<h1>"), "{}", absent.text);
        let nonsense = format!("/{kind}/%2F%2Fevil.example");
        site.send(with("GET", &nonsense, &cookie))
            .await
            .check(404, "not_found");
    }
}
