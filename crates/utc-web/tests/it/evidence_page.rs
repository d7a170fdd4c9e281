//! The pages of evidence: exports and replays by form, followed to their end.

use std::time::{Duration, Instant};

use utc_app::{Request, RuleChange};
use utc_domain::Rule;

use crate::support::{Site, actor};
use crate::visitor::{HOSTILE, Visitor, check_harmless};

fn decide(site: &Site, action: &str) {
    let request = Request::new(
        "agent-7".parse().unwrap(),
        action.parse().unwrap(),
        "ledger".parse().unwrap(),
    );
    site.console.decide(request).unwrap();
}

/// The page of work once it has ended.
async fn ended(visitor: &Visitor<'_>, path: &str) -> String {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        let page = visitor.page(path).await;
        if !page.contains("<progress") {
            return page;
        }
        assert!(
            page.contains("<noscript><meta http-equiv=\"refresh\""),
            "{page}"
        );
        assert!(Instant::now() < until, "{page}");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn begun(visitor: &Visitor<'_>, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = visitor.post(path, fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("location").unwrap().to_owned()
}

#[actix_web::test]
async fn a_bundle_is_exported_and_fetched_without_scripts() {
    let site = Site::new();
    decide(&site, "read:/x");
    let audrey = Visitor::new(&site, "audrey", "auditor").await;
    let empty = audrey.page("/evidence").await;
    for part in [
        "Nothing was exported yet.",
        "utc-verify bundle.zip --vkey",
        "sha256sum --check",
    ] {
        assert!(empty.contains(part), "{part}: {empty}");
    }
    assert_eq!(audrey.forged("/evidence/exports").await, 403);
    let path = begun(
        &audrey,
        "/evidence/exports",
        &[("from", "2026-01-01T00:00"), ("subject", "agent-7")],
    )
    .await;
    let page = ended(&audrey, &path).await;
    assert!(page.contains("Download the bundle"), "{page}");
    let link = page
        .split("href=\"")
        .find(|part| part.starts_with("/api/v1/evidence/"))
        .unwrap();
    let bundle = audrey.get(link.split('"').next().unwrap()).await;
    assert_eq!(bundle.header("content-type"), Some("application/zip"));
    let page = audrey.page("/evidence").await;
    assert!(
        page.contains("user:audrey") && !page.contains("Nothing was exported yet."),
        "{page}"
    );
    let vic = Visitor::new(&site, "vic", "viewer").await;
    assert_eq!(vic.get("/evidence").await.status, 403);
}

#[actix_web::test]
async fn a_form_that_is_wrong_comes_back_with_what_was_entered() {
    let site = Site::new();
    let audrey = Visitor::new(&site, "audrey", "auditor").await;
    let wrong = [
        ("from", "2026-02-01T00:00"),
        ("to", "2026-01-01T00:00"),
        ("subject", HOSTILE),
    ];
    let answer = audrey.post("/evidence/exports", &wrong).await;
    assert_eq!(answer.status, 400);
    check_harmless(&answer.text);
    assert!(
        answer.text.contains("Nothing was changed"),
        "{}",
        answer.text
    );
    let half = [("mode", "counterfactual"), ("low", "0.5")];
    let answer = audrey.post("/evidence/replays", &half).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.text.contains("give both thresholds, or neither"),
        "{}",
        answer.text
    );
    assert_eq!(audrey.get("/evidence/replays/nonsense").await.status, 404);
}

#[actix_web::test]
async fn decisions_come_out_word_for_word_and_another_rule_shows_what_if() {
    let site = Site::new();
    for action in ["read:/x", "write:/x", "write:/y"] {
        decide(&site, action);
    }
    let audrey = Visitor::new(&site, "audrey", "auditor").await;
    let path = begun(&audrey, "/evidence/replays", &[("mode", "faithful")]).await;
    let page = ended(&audrey, &path).await;
    assert!(page.contains("came out as its receipt says"), "{page}");
    let fields = [
        ("mode", "counterfactual"),
        ("writes_require_approval", "on"),
    ];
    let path = begun(&audrey, "/evidence/replays", &fields).await;
    let page = ended(&audrey, &path).await;
    let row = "<th scope=\"row\">ALLOW</th><td class=\"n\">1</td><td class=\"n\">2</td><td class=\"n\">0</td>";
    assert!(page.contains(row) && page.contains("write:/x"), "{page}");
    let change = RuleChange {
        rule: Rule::WritesRequireApproval,
        enabled: true,
        reason: None,
        actor: actor().into(),
    };
    site.console.set_rule(change).wait().unwrap();
    let cancelled = audrey.done(&format!("{path}/cancel"), &[], &path).await;
    assert!(
        cancelled.contains("unless it was done already"),
        "{cancelled}"
    );
}
