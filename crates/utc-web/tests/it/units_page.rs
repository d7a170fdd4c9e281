//! The pages of units: finding one, why it is locked and what would unlock it, and what an operator does by form.

use utc_app::{PinRequest, Report};
use utc_domain::{ProtectionLevel, UnitName};

use crate::support::{Site, actor};
use crate::visitor::{HOSTILE, Visitor, check_harmless};

fn report(site: &Site, unit: &str, arrival_rate: f64) {
    let unit: UnitName = unit.parse().unwrap();
    let report = Report {
        arrival_rate,
        service_rate: 100.0,
        at: None,
    };
    site.console.observe(&unit, vec![report]).wait().unwrap();
}

#[actix_web::test]
async fn a_locked_unit_names_cause_evidence_and_way_out() {
    let site = Site::new();
    report(&site, "route:/payments", 95.0);
    let vic = Visitor::new(&site, "vic", "viewer").await;
    let page = vic.page("/units/route%3A%2Fpayments").await;
    let parts = [
        "Writes are refused because",
        "fewer than 80 arrivals per hour",
        "Evidence",
        "/receipts/",
        "<title>Utilisation ρ of route:/payments</title>",
        "refused from 0.9",
    ];
    for part in parts {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(
        !page.contains("<form method=\"post\" action=\"/units"),
        "a viewer has no forms: {page}"
    );
    assert_eq!(
        vic.post("/units/route%3A%2Fpayments/pin", &[]).await.status,
        403
    );
    assert_eq!(vic.get("/units/nowhere").await.status, 404);
    assert_eq!(vic.get("/units/%20").await.status, 400);
}

#[actix_web::test]
async fn units_are_found_by_level_and_name() {
    let site = Site::new();
    report(&site, "busy", 95.0);
    report(&site, "calm", 10.0);
    let vic = Visitor::new(&site, "vic", "viewer").await;
    let all = vic.page("/units").await;
    assert!(
        all.find("/units/busy") < all.find("/units/calm"),
        "the tightest first: {all}"
    );
    assert!(all.contains("2 units"), "{all}");
    let tight = vic.page("/units?level=read_only").await;
    assert!(tight.contains("/units/busy") && !tight.contains("/units/calm"));
    let named = vic.page("/units?q=CAL&level=").await;
    assert!(named.contains("/units/calm") && !named.contains("/units/busy"));
    let none = vic.page("/units?only=risky").await;
    assert!(none.contains("No unit was found."));
    assert_eq!(vic.get("/units?level=loose").await.status, 400);
    let hostile = vic
        .page("/units?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E")
        .await;
    check_harmless(&hostile);
}

#[actix_web::test]
async fn an_operator_pins_marks_and_undoes_both_by_form() {
    let site = Site::new();
    report(&site, "ledger", 10.0);
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    assert_eq!(olga.forged("/units/ledger/pin").await, 403);
    let fields = [
        ("level", "read_only"),
        ("reason", HOSTILE),
        ("minutes", "60"),
    ];
    let pinned = olga
        .done("/units/ledger/pin", &fields, "/units/ledger")
        .await;
    check_harmless(&pinned);
    for part in [
        "The level is pinned.",
        "user:olga pinned the level",
        "The pin ends by itself at",
        "Its receipt",
    ] {
        assert!(pinned.contains(part), "{part}: {pinned}");
    }
    let wrong = olga
        .done(
            "/units/ledger/pin",
            &[("level", "read_only"), ("minutes", "0")],
            "/units/ledger",
        )
        .await;
    assert!(wrong.contains("Nothing was changed:"), "{wrong}");
    let free = olga.done("/units/ledger/unpin", &[], "/units/ledger").await;
    assert!(free.contains("Nothing speaks against a write."), "{free}");
    let marked = olga
        .done(
            "/units/ledger/risk",
            &[("reason", HOSTILE)],
            "/units/ledger",
        )
        .await;
    check_harmless(&marked);
    assert!(marked.contains("The unit is marked risky."), "{marked}");
    let clear = olga
        .done("/units/ledger/clear-risk", &[], "/units/ledger")
        .await;
    assert!(clear.contains("The risk mark is removed."), "{clear}");
}

#[actix_web::test]
async fn a_configuration_is_replaced_by_form_and_what_the_form_does_not_know_stays() {
    let site = Site::new();
    let update = |_: Option<&utc_app::UnitConfig>| {
        let mut config = utc_app::UnitConfig::unconfigured();
        config.labels.insert("team".to_owned(), "blue".to_owned());
        Ok(config)
    };
    let unit: UnitName = "ledger".parse().unwrap();
    site.console
        .configure_unit(unit.clone(), actor(), Box::new(update))
        .wait()
        .unwrap();
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    let mut fields = vec![
        ("upstream", "http://127.0.0.1:9"),
        ("capacity_per_hour", "120.5"),
        ("servers", "3"),
        ("aliases", "books, accounts"),
        ("criticality", "high"),
        ("approvals_required", "2"),
        ("mode", "observe"),
        ("low", "0.4"),
        ("high", ""),
        ("relax_below", ""),
    ];
    let done = olga
        .done("/units/ledger/configure", &fields, "/units/ledger")
        .await;
    assert!(done.contains("The configuration is replaced."), "{done}");
    let config = site.console.unit(&unit).unwrap().config;
    assert_eq!(config.labels["team"], "blue");
    assert_eq!(
        (
            config.capacity_per_hour,
            config.servers,
            config.approvals_required
        ),
        (Some(120.5), 3, 2)
    );
    assert_eq!(
        (config.aliases.len(), config.thresholds.low),
        (2, Some(0.4))
    );
    fields[2] = ("servers", "many");
    fields[0] = ("upstream", HOSTILE);
    let wrong = olga.post("/units/ledger/configure", &fields).await;
    assert_eq!(wrong.status, 400);
    check_harmless(&wrong.text);
    assert!(
        wrong.text.contains("Nothing was changed") && wrong.text.contains("value=\"many\""),
        "{}",
        wrong.text
    );
    assert_eq!(site.console.unit(&unit).unwrap().config.servers, 3);
}

#[actix_web::test]
async fn a_full_page_of_units_with_long_names_is_light_and_leads_on() {
    let site = Site::new();
    for number in 0..35 {
        report(
            &site,
            &format!("{}{number}", "tool:send_email/".repeat(10)),
            95.0,
        );
    }
    let vic = Visitor::new(&site, "vic", "viewer").await;
    let first = vic.page("/units?level=read_only").await;
    assert!(
        first.contains("35 units") && first.contains("page=2"),
        "{first}"
    );
    let second = vic.page("/units?level=read_only&page=2").await;
    assert!(
        second.contains("page=1") && !second.contains("page=3"),
        "{second}"
    );
    assert_eq!(second.matches("data-row>").count(), 5);
}

#[actix_web::test]
async fn a_unit_whose_level_changes_all_the_time_still_has_a_light_page() {
    let site = Site::new();
    report(&site, "restless", 10.0);
    let unit: UnitName = "restless".parse().unwrap();
    for _ in 0..40 {
        let pin = PinRequest {
            level: ProtectionLevel::ReadOnly,
            reason: "again".parse().unwrap(),
            expires_at: None,
        };
        site.console.pin(&unit, actor(), pin).wait().unwrap();
        site.console.unpin(&unit, actor()).wait().unwrap();
    }
    let vic = Visitor::new(&site, "vic", "viewer").await;
    let page = vic.page("/units/restless").await;
    // Of 80 changes the latest 60 are drawn.
    assert_eq!(page.matches("<rect class=\"read-only\"").count(), 30);
}
