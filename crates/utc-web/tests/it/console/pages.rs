//! Who sees which page, and what every page has.

use super::Browser;
use crate::support::{Ask, Site};

/// The pages, and what each is called.
const PAGES: [(&str, &str); 4] = [
    ("/overview", "Overview"),
    ("/rules", "Rules"),
    ("/receipts", "Receipts"),
    ("/access", "Access"),
];

#[actix_web::test]
async fn each_page_has_its_frame_and_strict_headers() {
    let site = Site::new();
    let ann = Browser::new(&site, "ann", "admin").await;
    for (path, title) in PAGES {
        let page = site.send(ann.open(path)).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        page.shows(&format!("<title>{title} – Unified Trust Console</title>"));
        for part in [
            "<html lang=\"en\"",
            "class=\"skip\" href=\"#main\"",
            "<nav class=\"tabs\" aria-label=\"Main\">",
            "<main id=\"main\"",
            "<footer",
            "aria-current=\"page\"",
            "data-stream=\"/api/v1/stream\"",
        ] {
            page.shows(part);
        }
        assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
        // No script and no style but from files of ours.
        for never in [" style=", "<style", " onclick", "javascript:", "http-equiv"] {
            page.hides(never);
        }
        assert_eq!(page.text.matches("<script").count(), 1, "{path}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
}

#[actix_web::test]
async fn everybody_finds_the_pages_that_are_for_them_and_no_others() {
    let site = Site::new();
    for (name, roles, mine, others) in [
        (
            "vera",
            "viewer",
            &["/overview", "/rules", "/approvals", "/units", "/receipts"][..],
            &["/evidence", "/demo"][..],
        ),
        (
            "abe",
            "approver",
            &["/approvals", "/access"],
            &["/overview", "/rules", "/receipts"],
        ),
        (
            "aud",
            "auditor",
            &["/overview", "/evidence", "/receipts"],
            &["/demo"],
        ),
        ("sig", "signal", &["/access"], &["/overview", "/approvals"]),
    ] {
        let browser = Browser::new(&site, name, roles).await;
        let page = site.send(browser.open("/access")).await;
        for path in mine {
            page.shows(&format!("<li><a href=\"{path}\""));
        }
        for path in others {
            page.hides(&format!("<li><a href=\"{path}\""));
        }
    }
}

#[actix_web::test]
async fn a_page_that_is_not_for_somebody_says_so_and_what_to_do() {
    let site = Site::new();
    let abe = Browser::new(&site, "abe", "approver").await;
    for (path, _) in &PAGES[..3] {
        let refused = site.send(abe.open(path)).await;
        assert_eq!(refused.status, 403, "{path}");
        refused.shows("this needs the role `viewer`");
        refused.shows("What to do");
        refused.shows("user:abe");
    }
    let home = site.send(abe.open("/")).await;
    assert_eq!(home.header("location"), Some("/approvals"));
}

#[actix_web::test]
async fn strangers_sign_in_first_and_are_led_to_what_they_wanted() {
    let site = Site::new();
    site.person("ann", "viewer");
    let page = |path| Ask::new("GET", path).header("accept", "text/html");
    let sent = site.send(page("/receipts?unit=a&kind=decision")).await;
    let place = "/login?next=/receipts%3Funit%3Da%26kind%3Ddecision";
    assert_eq!((sent.status, sent.header("location")), (303, Some(place)));
    let form = site.send(page(place)).await;
    form.shows("name=\"next\" value=\"/receipts?unit=a&amp;kind=decision\"");
    let password = crate::support::PASSWORD.replace(' ', "+");
    let body = format!("name=ann&password={password}&next=%2Freceipts%3Funit%3Da");
    let done = site.send(Ask::new("POST", "/login").form(&body)).await;
    assert_eq!(done.header("location"), Some("/receipts?unit=a"));
    let evil = format!("name=ann&password={password}&next=%2F%2Fevil.example");
    let done = site.send(Ask::new("POST", "/login").form(&evil)).await;
    assert_eq!(done.header("location"), Some("/"));
    // A link on another site: the browser keeps the cookie back until a page of ours asks.
    let from_elsewhere = page("/receipts").header("sec-fetch-site", "cross-site");
    let again = site.send(from_elsewhere).await;
    assert_eq!(again.status, 401);
    again.shows("<meta http-equiv=\"refresh\" content=\"0\">");
    // Programs get the document.
    site.send(Ask::new("GET", "/receipts"))
        .await
        .check(401, "unauthenticated");
}

#[actix_web::test]
async fn files_have_their_content_in_their_names_and_are_kept_for_ever() {
    let site = Site::new();
    let page = site.send(Ask::new("GET", "/login")).await;
    for (before, kind) in [
        ("rel=\"stylesheet\" href=\"", "text/css; charset=utf-8"),
        ("type=\"module\" src=\"", "text/javascript; charset=utf-8"),
        ("type=\"image/svg+xml\" href=\"", "image/svg+xml"),
    ] {
        let rest = page.text.split(before).nth(1).unwrap();
        let path = rest.split('"').next().unwrap();
        let file = site.send(Ask::new("GET", path)).await;
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.header("content-type"), Some(kind));
        let kept = file.header("cache-control").unwrap();
        assert!(kept.contains("immutable"), "{kept}");
    }
}

#[actix_web::test]
async fn an_empty_installation_says_what_to_do_with_the_command() {
    let site = Site::new();
    let ann = Browser::new(&site, "ann", "admin").await;
    let page = site.send(ann.open("/overview")).await;
    page.shows("No unit is configured yet.");
    page.shows("curl -s -X PUT $UTC/api/v1/units/payments-api");
    page.shows("data-copy=\"curl");
    let nobody = Site::new();
    let login = nobody.send(Ask::new("GET", "/login")).await;
    login.shows("utc-admin user create");
}

#[actix_web::test]
async fn theme_and_shortcuts_are_remembered_without_a_script() {
    let site = Site::new();
    let set = |body: &str| Ask::new("POST", "/preferences").form(body);
    let answer = site.send(set("theme=dark&back=%2Flogin")).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/login"))
    );
    let dark = answer.cookie();
    let page = site
        .send(Ask::new("GET", "/login").header("cookie", &dark))
        .await;
    page.shows("<html lang=\"en\" data-theme=\"dark\">");
    let off = site
        .send(set("shortcuts=off&back=%2F%2Fevil.example"))
        .await;
    assert_eq!(off.header("location"), Some("/"));
    let page = site
        .send(Ask::new("GET", "/login").header("cookie", &off.cookie()))
        .await;
    page.shows("data-shortcuts=\"off\"");
    let foreign = set("theme=dark").header("origin", "http://evil.example");
    site.send(foreign).await.check(403, "origin_refused");
}

#[actix_web::test]
async fn a_browser_is_told_of_a_problem_in_a_page_and_a_program_in_a_document() {
    let site = Site::new();
    let ann = Browser::new(&site, "ann", "viewer").await;
    let page = site.send(ann.open("/nothing-here")).await;
    assert_eq!(page.status, 404);
    for part in [
        "no_such_path",
        "What that means",
        "What to do",
        "Request id",
    ] {
        page.shows(part);
    }
    site.send(Ask::new("GET", "/nothing-here"))
        .await
        .check(404, "no_such_path");
    let call = site.send(ann.open("/api/v1/nothing-here")).await;
    call.check(404, "no_such_path");
}
