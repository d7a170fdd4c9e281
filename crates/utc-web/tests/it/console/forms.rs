//! Forms that a page of another site made a browser send.

use utc_web::routes;

use super::Browser;
use crate::support::{ORIGIN, Site};

/// The paths of every form of somebody who is signed in.
fn forms() -> Vec<String> {
    let table = routes::table();
    let posts = table.iter().filter(|row| {
        let method = serde_json::to_value(&row.method).unwrap();
        let known = row.access != utc_web::Access::Anyone;
        method == "post" && known && !row.path.starts_with("/api/")
    });
    posts.map(|row| row.path.replace(['{', '}'], "")).collect()
}

#[actix_web::test]
async fn a_form_of_another_site_does_nothing_and_a_browser_is_told_in_a_page() {
    let site = Site::new();
    let root = Browser::new(&site, "root", "admin").await;
    let forms = forms();
    assert!(forms.len() > 8, "{forms:?}");
    let size = site.console.journal().size();
    for path in &forms {
        let csrf = root.csrf.as_str();
        let foreign = root
            .form(path, &[("csrf", csrf)])
            .header("origin", "http://evil.example");
        let without = root.form(path, &[("csrf", csrf)]);
        let bare = root.form(path, &[]).header("origin", ORIGIN);
        let guessed = root
            .form(path, &[("csrf", "guess")])
            .header("origin", ORIGIN);
        for (ask, code) in [
            (foreign, "origin_refused"),
            (without, "origin_refused"),
            (bare, "csrf_refused"),
            (guessed, "csrf_refused"),
        ] {
            let refused = site.send(ask).await;
            assert_eq!(refused.status, 403, "{path}");
            refused.shows(code);
        }
    }
    assert_eq!(site.console.journal().size(), size, "nothing was recorded");
}
