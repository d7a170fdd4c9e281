//! Live updates: what is told to whom, and for how long.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::test::{TestRequest, call_service, init_service};
use utc_app::Request;
use utc_web::app;

use super::Browser;
use crate::support::{Ask, HOST, Site};

/// A stream that is open.
struct Open(Pin<Box<BoxBody>>);

impl Open {
    /// With these headers; the status, where it is refused.
    async fn with(site: &Site, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let service = init_service(app(site.state.clone())).await;
        let mut request = TestRequest::get()
            .uri("/api/v1/stream")
            .insert_header(("host", HOST));
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        let response = call_service(&service, request.to_request()).await;
        if response.status() != 200 {
            return Err(response.status().as_u16());
        }
        let kind = response.headers().get("content-type").unwrap();
        assert_eq!(kind, "text/event-stream");
        Ok(Self(Box::pin(response.into_body())))
    }

    /// The next piece; none at the end.
    async fn next(&mut self) -> Option<String> {
        let piece = poll_fn(|context| self.0.as_mut().poll_next(context));
        let piece = actix_web::rt::time::timeout(Duration::from_secs(30), piece);
        let bytes = piece.await.expect("something comes")?.unwrap();
        Some(String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// Pieces until one tells `event`.
    async fn until(&mut self, event: &str) -> String {
        loop {
            let piece = self.next().await.expect("it goes on");
            if piece.contains(&format!("event: {event}\n")) {
                return piece;
            }
        }
    }
}

fn ask(site: &Site, unit: &str) {
    let request = Request::new(
        "agent-42".parse().unwrap(),
        "read:/x".parse().unwrap(),
        unit.parse().unwrap(),
    );
    site.console.decide(request).unwrap();
}

fn id_of(piece: &str) -> u64 {
    let line = piece
        .lines()
        .rfind(|line| line.starts_with("id: "))
        .unwrap();
    line[4..].parse().unwrap()
}

#[actix_web::test]
async fn what_is_new_is_told_with_the_log_s_positions() {
    let site = Site::new();
    let vera = Browser::new(&site, "vera", "viewer").await;
    let mut stream = Open::with(&site, &[("cookie", &vera.cookie)])
        .await
        .unwrap();
    let hello = stream.until("hello").await;
    assert!(id_of(&hello) < site.console.journal().size(), "{hello}");
    ask(&site, "a");
    ask(&site, "b");
    let mut allowed = 0;
    while allowed < 2 {
        let news = stream.until("decisions").await;
        let rest = news.split("\"allow\":").nth(1).unwrap();
        allowed += rest.split(',').next().unwrap().parse::<u64>().unwrap();
        assert!(id_of(&news) < site.console.journal().size());
    }
    let op = site.token("operator", &[]).0;
    let change = Ask::new("PUT", "/api/v1/rules/read_only_for_risky").token(&op);
    let change = change.json(&serde_json::json!({"enabled": true}));
    assert_eq!(site.send(change).await.status, 200);
    let news = stream.until("policy").await;
    assert_eq!(id_of(&news), site.console.journal().size() - 1);
}

#[actix_web::test]
async fn whoever_comes_back_hears_what_they_missed_and_nothing_else() {
    let site = Site::new();
    let vera = Browser::new(&site, "vera", "viewer").await;
    ask(&site, "a");
    let heard = (site.console.journal().size() - 1).to_string();
    ask(&site, "a");
    ask(&site, "b");
    // What is told already when somebody comes back is what the ticking thread has seen.
    while site.console.listen().unwrap().from() < site.console.journal().size() {
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
    let headers = [("cookie", vera.cookie.as_str()), ("last-event-id", &heard)];
    let mut stream = Open::with(&site, &headers).await.unwrap();
    let news = stream.until("decisions").await;
    assert!(
        news.contains("{\"allow\":2,\"deny\":0,\"require_approval\":0}"),
        "{news}"
    );
    assert_eq!(id_of(&news), site.console.journal().size() - 1);
}

#[actix_web::test]
async fn nobody_hears_of_other_units_or_of_what_they_may_not_read() {
    let site = Site::new();
    let (mine, _) = site.token("viewer", &["mine"]);
    let (decider, _) = site.token("decider", &[]);
    let bearer = |token: &str| format!("Bearer {token}");
    let mut scoped = Open::with(&site, &[("authorization", &bearer(&mine))])
        .await
        .unwrap();
    let mut mute = Open::with(&site, &[("authorization", &bearer(&decider))])
        .await
        .unwrap();
    scoped.until("hello").await;
    mute.until("hello").await;
    ask(&site, "theirs");
    ask(&site, "mine");
    let size = site.console.journal().size();
    let mut told = Vec::new();
    while told
        .last()
        .is_none_or(|piece: &String| id_of(piece) + 1 < size)
    {
        told.push(scoped.next().await.unwrap());
    }
    let counts = told.concat().matches("\"allow\":1").count();
    assert_eq!(counts, 1, "{told:?}");
    let mut heard = mute.next().await.unwrap();
    while id_of(&heard) + 1 < size {
        heard = mute.next().await.unwrap();
    }
    assert!(!heard.contains("event:"), "{heard}");
    assert_eq!(Open::with(&site, &[]).await.err(), Some(401));
}

#[actix_web::test]
async fn a_fifth_stream_of_a_session_ends_its_oldest_and_nobody_elses() {
    let site = Site::new();
    let vera = Browser::new(&site, "vera", "viewer").await;
    let other = Browser::new(&site, "otto", "viewer").await;
    let of = async |browser: &Browser| {
        let cookie = [("cookie", browser.cookie.as_str())];
        let mut open = Open::with(&site, &cookie).await.unwrap();
        open.until("hello").await;
        open
    };
    let mut theirs = of(&other).await;
    let mut mine = [
        of(&vera).await,
        of(&vera).await,
        of(&vera).await,
        of(&vera).await,
    ];
    let mut fifth = of(&vera).await;
    mine[0].until("crowded").await;
    assert_eq!(mine[0].next().await, None);
    // The others go on.
    ask(&site, "payments");
    mine[1].until("decisions").await;
    mine[3].until("decisions").await;
    fifth.until("decisions").await;
    theirs.until("decisions").await;
    // One that was closed is not the oldest any more.
    drop(mine);
    let _sixth = of(&vera).await;
    ask(&site, "payments");
    fifth.until("decisions").await;
}

#[actix_web::test]
async fn streams_end_when_the_process_is_about_to_stop() {
    let site = Site::new();
    let vera = Browser::new(&site, "vera", "viewer").await;
    let mut stream = Open::with(&site, &[("cookie", &vera.cookie)])
        .await
        .unwrap();
    stream.until("hello").await;
    site.console.stop_waiting();
    while let Some(piece) = stream.next().await {
        assert!(!piece.contains("event: bye"), "{piece}");
    }
    assert_eq!(
        Open::with(&site, &[("cookie", &vera.cookie)]).await.err(),
        Some(503)
    );
}

#[actix_web::test]
async fn whoever_lost_the_right_to_listen_is_found_out_when_they_are_asked_for_anew() {
    let site = Site::new();
    let console = &site.console;
    site.person("root", "admin");
    site.person("vera", "viewer");
    let password = crate::support::PASSWORD;
    let (first, second) = (
        console.sign_in("vera", password).unwrap().signed_in,
        console.sign_in("vera", password).unwrap().signed_in,
    );
    console.recheck_session(&first).unwrap();
    console.sign_out(first.session).wait().unwrap();
    console.recheck_session(&first).unwrap_err();
    let change = utc_app::UserChange {
        roles: Some("auditor".parse().unwrap()),
        ..utc_app::UserChange::default()
    };
    let by = crate::support::actor();
    let name = || "vera".parse().unwrap();
    console
        .change_user(by.clone(), name(), change)
        .wait()
        .unwrap();
    let now = console.recheck_session(&second).unwrap();
    now.holds(utc_domain::Role::Auditor).unwrap();
    let out = utc_app::UserChange {
        disabled: Some(true),
        ..utc_app::UserChange::default()
    };
    console.change_user(by.clone(), name(), out).wait().unwrap();
    console.recheck_session(&second).unwrap_err();
    let (token, id) = site.token("viewer", &[]);
    let principal = console.token(&token).unwrap().unwrap();
    console.recheck(&principal).unwrap();
    console.revoke_token(by, id).wait().unwrap();
    console.recheck(&principal).unwrap_err();
}
