//! The pages of trust signals: why a unit is risky, and what people do about it.

use serde_json::json;

use crate::support::{Ask, Site, actor};
use crate::visitor::{HOSTILE, Visitor, check_harmless};

/// Three sources say that `ledger` is in trouble, and the scorer looks at it.
async fn trouble(site: &Site) -> String {
    let unit = "ledger".parse().unwrap();
    let update = |_: Option<&utc_app::UnitConfig>| Ok(utc_app::UnitConfig::unconfigured());
    site.console
        .configure_unit(unit, actor(), Box::new(update))
        .wait()
        .unwrap();
    // One of them an administrator knows: strangers do not confirm each other.
    let (admin, _) = site.token("admin", &[]);
    let known = json!({"trust": 0.9, "authoritative": false, "signature": "token"});
    let path = "/api/v1/tdx/sources/scanner";
    let registered = site
        .send(Ask::new("PUT", path).token(&admin).json(&known))
        .await;
    assert!(registered.status < 300, "{}", registered.text);
    let (sender, _) = site.token("signal", &["ledger"]);
    let mut id = String::new();
    for source in ["scanner", "watcher", "guard"] {
        let now = site.console.options().clock.now().to_string();
        let event = json!({
            "source": source, "event_time": now, "topic": "identity", "severity": "critical",
            "confidence": 0.99, "entities": ["ledger"], "summary": HOSTILE,
        });
        let taken = site
            .send(
                Ask::new("POST", "/api/v1/tdx/events")
                    .token(&sender)
                    .json(&event),
            )
            .await;
        assert_eq!(taken.status, 202, "{}", taken.text);
        taken.json()["events"][0]
            .as_str()
            .unwrap()
            .clone_into(&mut id);
    }
    site.console.run_scorer().unwrap();
    id
}

#[actix_web::test]
async fn a_risky_unit_names_the_events_that_its_score_rests_on() {
    let site = Site::new();
    let id = trouble(&site).await;
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    let all = olga.page("/signals").await;
    check_harmless(&all);
    for part in [
        "scanner",
        "watcher",
        "Sources",
        "Runs of the scorer",
        "Nothing was refused.",
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    let page = olga.page("/signals/units/ledger").await;
    check_harmless(&page);
    for part in [
        "<title>Risk of ledger</title>",
        "What each source says",
        "/signals/events/sha256:",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let event = olga.page(&format!("/signals/events/{id}")).await;
    check_harmless(&event);
    assert!(
        event.contains("Dismiss this event, with a receipt"),
        "{event}"
    );
    let none = olga.page("/signals?source=nobody&unit=").await;
    assert!(none.contains("No event was found."), "{none}");
    assert_eq!(olga.get("/signals/events/sha256:00").await.status, 404);
    assert_eq!(olga.get("/signals/units/nowhere").await.status, 404);
}

#[actix_web::test]
async fn an_event_is_dismissed_and_the_scorer_is_run_by_form() {
    let site = Site::new();
    let id = trouble(&site).await;
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    let path = format!("/signals/events/{id}");
    let dismiss = format!("{path}/dismiss");
    assert_eq!(olga.forged(&dismiss).await, 403);
    let unsaid = olga.done(&dismiss, &[], &path).await;
    assert!(unsaid.contains("Nothing was changed:"), "{unsaid}");
    let done = olga.done(&dismiss, &[("reason", HOSTILE)], &path).await;
    check_harmless(&done);
    assert!(
        done.contains("Dismissed: the event is kept")
            && !done.contains("Dismiss this event, with a receipt"),
        "{done}"
    );
    let ran = olga.done("/signals/run", &[], "/signals").await;
    assert!(ran.contains("The scorer ran: 1 units"), "{ran}");
    let vic = Visitor::new(&site, "vic", "viewer").await;
    assert_eq!(vic.post(&dismiss, &[("reason", "x")]).await.status, 403);
    assert!(!vic.page("/signals").await.contains("Score every unit now"));
}

#[actix_web::test]
async fn an_administrator_sets_a_flag_aside_for_some_hours() {
    let site = Site::new();
    trouble(&site).await;
    let adam = Visitor::new(&site, "adam", "admin").await;
    let path = "/signals/units/ledger";
    let page = adam.page(path).await;
    assert!(
        page.contains("Flagged since") && page.contains("Set the flag aside, with a receipt"),
        "{page}"
    );
    let locked = adam.page("/units/ledger").await;
    assert!(locked.contains("risky"), "{locked}");
    let long = [("hours", "25"), ("reason", "known")];
    let refused = adam
        .done("/signals/units/ledger/set-aside", &long, path)
        .await;
    assert!(refused.contains("Nothing was changed:"), "{refused}");
    let fields = [("hours", "2"), ("reason", HOSTILE)];
    let done = adam
        .done("/signals/units/ledger/set-aside", &fields, path)
        .await;
    check_harmless(&done);
    assert!(
        done.contains("set the flag aside") && done.contains("flag count again"),
        "{done}"
    );
    let again = adam
        .done("/signals/units/ledger/count-again", &[], path)
        .await;
    assert!(again.contains("counts again."), "{again}");
}

#[actix_web::test]
async fn events_are_searched_and_lead_on_to_older_ones() {
    let site = Site::new();
    trouble(&site).await;
    let (sender, _) = site.token("signal", &["ledger", "nothing-*"]);
    for number in 0..30 {
        let now = site.console.options().clock.now().to_string();
        let event = json!({
            "source": "many", "event_time": now, "topic": "runtime", "severity": "low",
            "confidence": 0.5, "entities": [format!("nothing-{number}")], "summary": format!("no. {number}"),
        });
        let ask = Ask::new("POST", "/api/v1/tdx/events").token(&sender);
        assert_eq!(site.send(ask.json(&event)).await.status, 202);
    }
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    let first = olga.page("/signals?source=many").await;
    let next = first.split("href=\"/signals?source=many").nth(1).unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&");
    let second = olga.page(&format!("/signals?source=many{next}")).await;
    assert!(
        second.contains("no. 0<") && !second.contains("no. 29"),
        "{second}"
    );
    assert!(second.contains("href=\"/signals\">Newest"), "{second}");
    let worst = olga.page("/signals?severity=critical&topic=identity").await;
    assert!(
        worst.contains("scanner") && !worst.contains("no. "),
        "{worst}"
    );
    let unmatched = olga.page("/signals?unmatched=yes&severity=").await;
    assert!(unmatched.contains("no. 29"), "{unmatched}");
    assert_eq!(olga.get("/signals?severity=dire").await.status, 400);
    assert_eq!(olga.get("/signals?cursor=x&runs=y").await.status, 400);
    let runs = olga.page("/signals?runs=&refused=").await;
    assert!(runs.contains("Runs of the scorer"), "{runs}");
}
