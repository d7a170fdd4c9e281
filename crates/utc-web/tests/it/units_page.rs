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
        "kind=protection_change",
    ];
    for part in parts {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(
        !page.contains("<form method=\"post\" action=\"/units") && !page.contains("#pin-title"),
        "a viewer has no forms, and is led to none: {page}"
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
        "user:olga pinned the level at",
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
    assert!(free.contains("Nothing speaks against it."), "{free}");
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
async fn a_configuration_is_replaced_by_form() {
    let site = Site::new();
    let unit: UnitName = "ledger".parse().unwrap();
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
        ("relax_window_minutes", "5"),
        ("controller", "classic"),
        ("labels", "team = blue\r\nzone=eu"),
        ("methods", "read POST /search\r\n"),
    ];
    let done = olga
        .done("/units/ledger/configure", &fields, "/units/ledger")
        .await;
    assert!(done.contains("The configuration is replaced."), "{done}");
    let config = site.console.unit(&unit).unwrap().config;
    assert_eq!(config.labels["team"], "blue");
    assert_eq!(config.labels.len(), 2);
    assert_eq!(config.methods[0].path, "/search");
    assert_eq!(config.thresholds.relax_window_minutes, Some(5));
    assert_eq!(config.controller, Some(utc_app::Controller::Classic));
    for part in ["zone = eu", "read POST", "is a read", "team=blue"] {
        assert!(done.contains(part), "{part}: {done}");
    }
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
    fields[13] = ("methods", "delete /search");
    let wrong = olga.post("/units/ledger/configure", &fields).await;
    assert_eq!(wrong.status, 400);
    check_harmless(&wrong.text);
    assert!(
        wrong.text.contains("Nothing was changed")
            && wrong.text.contains("value=\"many\"")
            && wrong.text.contains("must be `read` or `write`"),
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

#[actix_web::test]
async fn a_unit_is_configured_for_the_first_time_by_form() {
    let site = Site::new();
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    let name = [("name", "route:/orders")];
    let page = olga.done("/units", &name, "/units/route%3A%2Forders").await;
    assert!(
        page.contains("The unit is configured, with every default."),
        "{page}"
    );
    let again = olga.done("/units", &name, "/units").await;
    assert!(again.contains("is configured already"), "{again}");
    let wrong = olga.done("/units", &[("name", HOSTILE)], "/units").await;
    assert!(wrong.contains("Nothing was changed:"), "{wrong}");
    assert_eq!(olga.forged("/units").await, 403);
    let vic = Visitor::new(&site, "vic", "viewer").await;
    assert_eq!(vic.post("/units", &name).await.status, 403);
    assert!(!vic.page("/units").await.contains("Configure a new unit"));
}

#[actix_web::test]
async fn load_is_reported_and_a_forecast_is_let_act_by_form() {
    let site = Site::new();
    report(&site, "ledger", 10.0);
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    let place = "/units/ledger";
    let load = [("arrival_rate", "95"), ("service_rate", "much")];
    let wrong = olga.done("/units/ledger/observe", &load, place).await;
    assert!(wrong.contains("must be a number per hour"), "{wrong}");
    let load = [("arrival_rate", "99"), ("service_rate", "1")];
    let taken = olga.done("/units/ledger/observe", &load, place).await;
    assert!(taken.contains("Taken:"), "{taken}");
    let unit: UnitName = "ledger".parse().unwrap();
    let queue = site.console.unit(&unit).unwrap().queue.unwrap();
    assert!(queue.lambda > 10.0, "{queue:?}");
    let fields = [("predictor", "holt"), ("gate", "open"), ("reason", HOSTILE)];
    let set = olga.done("/units/ledger/gate", &fields, place).await;
    assert!(!set.contains("<script>alert"), "{set}");
    assert!(
        set.contains("gate is set") && set.contains("holt (open)"),
        "{set}"
    );
    let unsaid = [("predictor", "holt"), ("gate", "ajar"), ("reason", "x")];
    let wrong = olga.done("/units/ledger/gate", &unsaid, place).await;
    assert!(wrong.contains("Nothing was changed:"), "{wrong}");
    let vic = Visitor::new(&site, "vic", "viewer").await;
    for form in ["/units/ledger/observe", "/units/ledger/gate"] {
        assert_eq!(vic.post(form, &fields).await.status, 403);
    }
}
