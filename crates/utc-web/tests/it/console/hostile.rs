//! What outside input holds is shown as text, wherever it comes from.

use serde_json::json;
use utc_app::Request;

use super::Browser;
use crate::support::{Ask, Site};

const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}";

/// What would do something, if it stood in a page as it is.
const ALIVE: [&str; 3] = ["<img", "<script>", "'><script"];

#[actix_web::test]
async fn hostile_names_reasons_and_comments_are_text_on_every_page() {
    let site = Site::new();
    let root = Browser::new(&site, "root", "admin").await;
    let request = Request {
        reason: Some(HOSTILE.parse().unwrap()),
        ..Request::new(
            HOSTILE.parse().unwrap(),
            format!("write:/{HOSTILE}").parse().unwrap(),
            "payments-api".parse().unwrap(),
        )
    };
    let answer = site.console.decide(request).unwrap();
    let switched = root.send("/rules/read_only_for_risky/on", &[("reason", HOSTILE)]);
    site.send(switched).await.leads_to("/rules");
    let off = root.send("/rules/read_only_for_risky/off", &[("reason", HOSTILE)]);
    let flash = site.send(off).await.cookie();
    let (token, _) = site.token("operator", &[]);
    let pin = Ask::new("PUT", "/api/v1/units/payments-api/pin").token(&token);
    let pin = pin.json(&json!({"level": "read_only", "reason": HOSTILE}));
    let pinned = site.send(pin).await;
    assert!(pinned.status < 300, "{}", pinned.text);
    let made = root.send(
        "/access/tokens/new",
        &[("name", HOSTILE), ("roles", "viewer")],
    );
    let made = site.send(made).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let receipt = format!("/receipts/{}", answer.receipt_id);
    let verified = format!("{receipt}?verify=1");
    let encoded = super::encoded(HOSTILE);
    let search = format!("/receipts?subject={encoded}&unit={encoded}");
    let login = format!("/login?next={encoded}");
    let missing = format!("/rules/{encoded}/on");
    let both = Browser {
        cookie: format!("{}; {flash}", root.cookie),
        csrf: String::new(),
    };
    let mut pages = vec![made];
    for path in [
        "/overview",
        "/rules",
        "/receipts",
        "/access",
        &receipt,
        &verified,
        &search,
        &login,
        &missing,
        "/rules/writes_require_approval/off",
    ] {
        pages.push(site.send(both.open(path)).await);
    }
    for page in &pages {
        for alive in ALIVE {
            page.hides(alive);
        }
        page.hides(">49<");
    }
    let shown = pages
        .iter()
        .filter(|page| page.text.contains("&lt;img src"));
    assert!(shown.count() >= 6, "it is shown, as text");
}

#[actix_web::test]
async fn a_made_up_message_is_text_and_leads_nowhere() {
    let site = Site::new();
    let vera = Browser::new(&site, "vera", "viewer").await;
    for made_up in [
        "x",
        "e30",
        "eyJ0b25lIjoiZ29vZCIsInRleHQiOiI8aW1nPiIsInJlY2VpcHQiOiIvL2V2aWwuZXhhbXBsZSJ9",
    ] {
        let cookie = format!("{}; utc-flash={made_up}", vera.cookie);
        let browser = Browser {
            cookie,
            csrf: String::new(),
        };
        let page = site.send(browser.open("/overview")).await;
        assert_eq!(page.status, 200);
        page.hides("<img>");
        page.hides("evil.example");
    }
}
