//! Finding a receipt, reading it, verifying it.

use utc_app::{Answer, Request};

use super::Browser;
use crate::support::{Ask, Site};

fn read(site: &Site, subject: &str, unit: &str) -> Answer {
    let request = Request::new(
        subject.parse().unwrap(),
        "read:/payments".parse().unwrap(),
        unit.parse().unwrap(),
    );
    site.console.decide(request).unwrap()
}

#[actix_web::test]
async fn a_search_finds_what_fits_and_goes_on_page_by_page() {
    let site = Site::new();
    let vera = Browser::new(&site, "vera", "viewer").await;
    for number in 0..60 {
        read(&site, &format!("agent-{}", number % 2), "a");
    }
    let found = site
        .send(vera.open("/receipts?subject=agent-1&unit=a&decision=&from=&to="))
        .await;
    assert_eq!(found.text.matches("<tr data-row>").count(), 30);
    found.shows("value=\"agent-1\"");
    let all = site.send(vera.open("/receipts?unit=a")).await;
    assert_eq!(all.text.matches("<tr data-row>").count(), 50);
    let rest = all
        .text
        .split("href=\"/receipts?unit=a&amp;cursor=")
        .nth(1)
        .unwrap();
    let cursor = rest.split('"').next().unwrap();
    let path = format!("/receipts?unit=a&cursor={cursor}");
    let next = site.send(vera.open(&path)).await;
    assert_eq!(next.text.matches("<tr data-row>").count(), 10);
    next.shows(">Newest</a>");
    let none = site.send(vera.open("/receipts?subject=nobody")).await;
    none.shows("No receipt fits.");
    let wrong = site
        .send(vera.open("/receipts?decision=MAYBE&from=yesterday"))
        .await;
    assert_eq!(wrong.status, 400);
    wrong.shows("href=\"#from\"");
}

#[actix_web::test]
async fn a_receipt_shows_what_it_says_and_every_check_by_name() {
    let site = Site::new();
    let vera = Browser::new(&site, "vera", "viewer").await;
    let answer = read(&site, "agent-42", "payments-api");
    let path = format!("/receipts/{}", answer.receipt_id);
    let page = site.send(vera.open(&path)).await;
    for part in [
        "agent-42",
        "read:/payments",
        "ALLOW",
        &answer.receipt,
        &format!("http://127.0.0.1:8000/receipts/{}", answer.receipt_id),
    ] {
        page.shows(part);
    }
    page.hides("id=\"checks\"");
    let path = format!("{path}?verify=1");
    let verified = site.send(vera.open(&path)).await;
    verified.shows("Valid: nobody changed it");
    for name in [
        "tag",
        "key_range",
        "seq",
        "chain",
        "inclusion",
        "checkpoint",
    ] {
        verified.shows(&format!("<code>{name}</code>"));
    }
    verified.shows("c2sp.org/tlog-proof");
}

#[actix_web::test]
async fn a_receipt_that_was_tampered_with_does_not_verify() {
    let site = Site::new();
    let vera = Browser::new(&site, "vera", "viewer").await;
    let answer = read(&site, "agent-42", "payments-api");
    let good = vera.send("/receipts/verify", &[("receipt", &answer.receipt)]);
    site.send(good).await.shows("Valid: nobody changed it");
    let mut parts: Vec<&str> = answer.receipt.split('.').collect();
    let other = read(&site, "agent-43", "payments-api").receipt;
    parts[1] = other.split('.').nth(1).unwrap();
    let forged = parts.join(".");
    for bad in [forged.as_str(), "nonsense", ""] {
        let answer = site
            .send(vera.send("/receipts/verify", &[("receipt", bad)]))
            .await;
        assert_eq!(answer.status, 200);
        answer.shows("Not valid");
    }
}

#[actix_web::test]
async fn receipts_of_other_units_are_not_shown() {
    let site = Site::new();
    let hidden = read(&site, "agent-42", "theirs");
    let mine = read(&site, "agent-42", "mine");
    let (token, _) = site.token("viewer", &["mine"]);
    let open = |path| {
        Ask::new("GET", path)
            .header("accept", "text/html")
            .token(&token)
    };
    let list = site.send(open("/receipts")).await;
    list.shows(&mine.receipt_id.to_string());
    list.hides(&hidden.receipt_id.to_string());
    let path = format!("/receipts/{}", hidden.receipt_id);
    assert_eq!(site.send(open(&path)).await.status, 404);
    let overview = site.send(open("/overview")).await;
    overview.hides("theirs");
}

#[actix_web::test]
async fn each_kind_of_receipt_says_what_belongs_to_it() {
    let site = Site::new();
    let olga = Browser::new(&site, "olga", "operator viewer").await;
    let allowed = read(&site, "agent-42", "payments-api");
    let path = format!("/receipts/{}", allowed.receipt_id);
    let page = site.send(olga.open(&path)).await;
    page.shows("<dt>Spoke against it</dt><dd>no rule and no level");
    let switched = olga.send("/rules/read_only_for_risky/on", &[("reason", "a test")]);
    site.send(switched).await.leads_to("/rules");
    let rules = site.console.rules().unwrap();
    let rule = rules.iter().find(|state| state.enabled).unwrap();
    let path = format!("/receipts/{}", rule.receipt_id);
    let page = site.send(olga.open(&path)).await;
    page.shows("<dt>Rule</dt><dd>read_only_for_risky turned on");
    page.hides("Spoke against it");
    let unit = "payments-api".parse().unwrap();
    let report = utc_app::Report {
        arrival_rate: 95.0,
        service_rate: 100.0,
        at: None,
    };
    let observed = site.console.observe(&unit, vec![report]).wait().unwrap();
    let path = format!("/receipts/{}", observed.receipts[0]);
    let page = site.send(olga.open(&path)).await;
    page.shows("<dt>Level</dt><dd>from permissive to read_only");
    page.shows("<dt>Cause</dt><dd>measured");
    page.hides("Spoke against it");
}

#[actix_web::test]
async fn what_a_caller_sent_along_is_erased_by_form() {
    let site = Site::new();
    let olga = Browser::new(&site, "olga", "operator viewer").await;
    let request = Request {
        reason: Some("the name of a customer".parse().unwrap()),
        ..Request::new(
            "agent-42".parse().unwrap(),
            "read:/payments".parse().unwrap(),
            "a".parse().unwrap(),
        )
    };
    let answer = site.console.decide(request).unwrap();
    let path = format!("/receipts/{}", answer.receipt_id);
    site.send(olga.open(&path))
        .await
        .shows("Erase them, with a receipt");
    let vera = Browser::new(&site, "vera", "viewer").await;
    site.send(vera.open(&path)).await.hides("Erase them");
    let erase = format!("{path}/erase");
    assert_eq!(site.send(vera.send(&erase, &[])).await.status, 403);
    site.send(olga.send(&erase, &[])).await.leads_to(&path);
    site.send(olga.open(&path)).await.hides("Erase them");
    let id = answer.receipt_id;
    assert!(!site.console.keeps_input(id).unwrap());
    let again = site.send(olga.send(&erase, &[])).await;
    assert_eq!(again.status, 404);
}
