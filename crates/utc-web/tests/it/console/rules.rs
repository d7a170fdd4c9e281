//! Switching a rule: what it would have done, the reason, the receipt.

use utc_app::Request;

use super::Browser;
use crate::support::{Site, actor};

fn write(site: &Site, unit: &str) {
    let request = Request::new(
        "agent-42".parse().unwrap(),
        "write:/payments/17".parse().unwrap(),
        unit.parse().unwrap(),
    );
    site.console.decide(request).unwrap();
}

#[actix_web::test]
async fn a_change_is_tried_on_recent_decisions_and_made_with_a_reason() {
    let site = Site::new();
    let op = Browser::new(&site, "op", "operator").await;
    let rules = site.send(op.open("/rules")).await;
    for part in [
        "SOC 2",
        "NIST AI RMF",
        "ISO/IEC 42001",
        "Trust intelligence",
    ] {
        rules.shows(part);
    }
    write(&site, "payments-api");
    let on = "/rules/writes_require_approval/on";
    let off = "/rules/writes_require_approval/off";
    let is_on = site
        .console
        .policy()
        .is_on(utc_domain::Rule::WritesRequireApproval);
    let (to, other) = if is_on { (off, on) } else { (on, off) };
    rules.shows(&format!("href=\"{to}\""));
    let asked = site.send(op.open(to)).await;
    asked.shows("<strong>1</strong> of 1 decisions would have had another answer");
    asked.shows("agent-42");
    let none = site.send(op.send(to, &[("reason", " ")])).await;
    assert_eq!(none.status, 400);
    none.shows("say why");
    none.shows("aria-invalid=\"true\"");
    let done = site.send(op.send(to, &[("reason", "trying it")])).await;
    done.leads_to("/rules");
    let after = site
        .send(op.open("/rules").header("cookie", &done.cookie()))
        .await;
    after.shows(&format!("href=\"{other}\""));
    after.shows("trying it");
    after.shows("user:op");
}

#[actix_web::test]
async fn a_long_day_is_judged_in_part_at_once_and_in_whole_when_asked() {
    let site = Site::new();
    let op = Browser::new(&site, "op", "operator").await;
    for _ in 0..2_001 {
        write(&site, "payments-api");
    }
    let path = "/rules/writes_require_approval/on";
    let part = site.send(op.open(path)).await;
    part.shows("of 2000 decisions");
    part.shows("These are the newest decisions; there were more.");
    part.shows(&format!("href=\"{path}?thoroughly=true\""));
    let thoroughly = format!("{path}?thoroughly=true");
    let whole = site.send(op.open(&thoroughly)).await;
    whole.shows("of 2001 decisions");
    whole.hides("there were more");
}

#[actix_web::test]
async fn what_was_done_is_told_once_with_its_receipt() {
    let site = Site::new();
    let op = Browser::new(&site, "op", "operator").await;
    let sent = op.send("/rules/read_only_for_risky/on", &[("reason", "an audit")]);
    let done = site.send(sent).await;
    let both = format!("{}; {}", op.cookie, done.cookie());
    let browser = Browser {
        cookie: both,
        csrf: String::new(),
    };
    let told = site.send(browser.open("/rules")).await;
    told.shows("The rule read_only_for_risky is on from now on.");
    told.shows("Its receipt</a>");
    let gone = told.header("set-cookie").unwrap();
    assert!(
        gone.contains("utc-flash=;") && gone.contains("Max-Age=0"),
        "{gone}"
    );
}

#[actix_web::test]
async fn only_operators_of_everything_switch_rules() {
    let site = Site::new();
    let vera = Browser::new(&site, "vera", "viewer").await;
    let page = site.send(vera.open("/rules")).await;
    page.hides("/rules/writes_require_approval/o");
    page.shows("takes the role <code>operator</code>");
    for ask in [
        vera.open("/rules/writes_require_approval/on"),
        vera.send("/rules/writes_require_approval/on", &[("reason", "x")]),
    ] {
        let refused = site.send(ask).await;
        assert_eq!(refused.status, 403);
        refused.shows("role `operator`");
    }
    let op = Browser::new(&site, "op", "operator").await;
    for nothing in ["/rules/none/on", "/rules/writes_require_approval/sideways"] {
        assert_eq!(site.send(op.open(nothing)).await.status, 404);
    }
}

#[actix_web::test]
async fn a_unit_in_observe_mode_shows_what_would_have_been_held() {
    let site = Site::new();
    let op = Browser::new(&site, "op", "operator").await;
    let (token, _) = site.token("operator", &[]);
    let observe = crate::support::Ask::new("PUT", "/api/v1/units/shadow")
        .token(&token)
        .json(&serde_json::json!({"mode": "observe"}));
    let answer = site.send(observe).await;
    assert!(answer.status < 300, "{}", answer.text);
    let change = utc_app::RuleChange {
        rule: utc_domain::Rule::WritesRequireApproval,
        enabled: true,
        reason: None,
        actor: actor().into(),
    };
    site.console.set_rule(change).wait().unwrap();
    write(&site, "shadow");
    let page = site.send(op.open("/rules")).await;
    page.shows("What would have been held back on units in observe mode");
    page.shows("href=\"/units/shadow\"");
}

#[actix_web::test]
async fn a_rule_that_a_person_set_is_handed_back_to_the_scorer() {
    let site = Site::new();
    let op = Browser::new(&site, "op", "operator").await;
    let fresh = site.send(op.open("/rules")).await;
    fresh.shows("Signals have not switched it yet.");
    fresh.hides("back to the scorer");
    let on = op.send("/rules/read_only_for_risky/on", &[("reason", "an audit")]);
    site.send(on).await.leads_to("/rules");
    let set = site.send(op.open("/rules")).await;
    set.shows("set by a person");
    set.shows("back to the scorer");
    let back = op.send("/rules/read_only_for_risky/hand-back", &[]);
    site.send(back).await.leads_to("/rules");
    site.send(op.open("/rules")).await.hides("set by a person");
    let vera = Browser::new(&site, "vera", "viewer").await;
    let refused = vera.send("/rules/read_only_for_risky/hand-back", &[]);
    assert_eq!(site.send(refused).await.status, 403);
}
