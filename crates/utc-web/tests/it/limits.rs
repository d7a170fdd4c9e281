//! How often somebody may call.

use std::sync::Arc;

use serde_json::json;
use utc_web::{Limits, Proxies, Rates};

use crate::support::{Ask, PASSWORD, Site};

fn limited(known: u32, anonymous: u32) -> Site {
    Site::with(|state| state.limits = Arc::new(Limits::new(Rates { known, anonymous })))
}

fn many<'a>(count: usize, ask: impl Fn() -> Ask<'a>) -> Vec<Ask<'a>> {
    (0..count).map(|_| ask()).collect()
}

#[actix_web::test]
async fn strangers_have_a_limit_for_each_address_and_health_has_none() {
    let site = limited(0, 10);
    let answers = site
        .send_all(many(200, || Ask::new("GET", "/readyz")))
        .await;
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 429)
        .collect();
    assert!(refused.len() > 100, "{}", refused.len());
    refused[0].check(429, "rate_limited");
    let wait: u64 = refused[0].header("retry-after").unwrap().parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    let elsewhere = Ask::new("GET", "/readyz").from("192.0.2.77:1");
    assert_eq!(site.send(elsewhere).await.status, 200);
    let health = site
        .send_all(many(200, || Ask::new("GET", "/healthz")))
        .await;
    assert!(health.iter().all(|answer| answer.status == 200));
}

#[actix_web::test]
async fn bad_credentials_count_as_none() {
    let site = limited(0, 10);
    let ask = || Ask::new("GET", "/api/v1/me").token("utc_nonsense");
    let answers = site.send_all(many(100, ask)).await;
    assert!(answers.iter().any(|answer| answer.status == 401));
    assert!(answers.iter().any(|answer| answer.status == 429));
}

#[actix_web::test]
async fn a_token_has_a_limit_of_its_own_where_there_is_one() {
    let site = limited(10, 5);
    let (one, _) = site.token("viewer", &[]);
    let (other, _) = site.token("viewer", &["a"]);
    let ask = |token: &str| Ask::new("GET", "/api/v1/me").token(token);
    let answers = site.send_all(many(200, || ask(&one))).await;
    assert!(answers.iter().filter(|answer| answer.status == 429).count() > 100);
    assert_eq!(site.send(ask(&other)).await.status, 200);
    let free = limited(0, 5);
    let (token, _) = free.token("viewer", &[]);
    let answers = free.send_all(many(200, || ask(&token))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
}

#[actix_web::test]
async fn five_tries_to_sign_in_a_minute_for_a_name_and_for_an_address() {
    let site = Site::new();
    site.person("ann", "viewer");
    let ask = |name: &str, password: &str| {
        let body = json!({"name": name, "password": password});
        Ask::new("POST", "/api/v1/session").json(&body)
    };
    let peers = [
        "192.0.2.1:1",
        "192.0.2.2:1",
        "192.0.2.3:1",
        "192.0.2.4:1",
        "192.0.2.5:1",
    ];
    for peer in peers {
        site.send(ask("ann", "wrong").from(peer))
            .await
            .check(401, "unauthenticated");
    }
    let sixth = site.send(ask("ann", PASSWORD).from("192.0.2.6:1")).await;
    sixth.check(429, "sign_in_limited");
    assert!(sixth.header("retry-after").is_some());
    for name in ["a", "b", "c", "d"] {
        site.send(ask(name, "wrong").from("192.0.2.6:9"))
            .await
            .check(401, "unauthenticated");
    }
    site.send(ask("e", "wrong").from("192.0.2.6:2"))
        .await
        .check(429, "sign_in_limited");
    let form = Ask::new("POST", "/login")
        .form("name=f&password=x")
        .from("192.0.2.6:3");
    let form = site.send(form).await;
    assert_eq!(form.status, 429);
    assert!(form.text.contains("Too many tries"), "{}", form.text);
}

#[actix_web::test]
async fn forwarding_headers_count_from_trusted_proxies_only() {
    let forwarded = |peer: &'static str, client: &str| {
        Ask::new("GET", "/readyz")
            .from(peer)
            .header("x-forwarded-for", client)
    };
    let site = Site::with(|state| {
        state.limits = Arc::new(Limits::new(Rates {
            known: 0,
            anonymous: 5,
        }));
        state.proxies = Proxies::new(|address| address.to_string() == "10.0.0.1");
    });
    let through = (0..20).map(|n| forwarded("10.0.0.1:1", &format!("192.0.2.{n}")));
    let answers = site.send_all(through.collect()).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let forged = (0..60).map(|n| forwarded("203.0.113.9:1", &format!("192.0.2.{n}")));
    let answers = site.send_all(forged.collect()).await;
    assert!(answers.iter().any(|answer| answer.status == 429));
}
