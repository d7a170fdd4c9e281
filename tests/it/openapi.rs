//! The description and the pages: what they promise is there.

use utc_test_support::{Server, ServerOptions};

#[test]
fn every_described_path_is_served_and_pages_need_nothing_from_elsewhere() {
    let server = Server::start(&ServerOptions::sqlite());
    let document = server.get("/api/openapi.json").ok();
    let mut checked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = path
                .replace("{unit}", "a")
                .replace("{key}", "x")
                .replace("{id}", "x");
            // Nobody in particular: a stream that is answered has no end.
            let client = match path.as_str() {
                "/api/v1/stream" => server.client().anonymous(),
                _ => server.client().clone(),
            };
            let answer = client
                .send(&method.to_uppercase(), &path, &[], None)
                .unwrap();
            assert_ne!(answer.status, 405, "{method} {path}");
            assert!(!answer.text().contains("no_such_path"), "{method} {path}");
            checked += 1;
        }
    }
    assert!(checked >= 25, "{checked}");
    for page in ["/login", "/api/docs"] {
        let answer = server.get(page);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = answer.text();
        assert!(
            answer
                .header("content-security-policy")
                .is_some_and(|policy| policy.starts_with("default-src 'none'"))
        );
        let scripts = text.matches("<script").count();
        let ours = text
            .matches("<script type=\"module\" src=\"/assets/")
            .count();
        assert_eq!(scripts, ours, "{page} has a script inline");
        assert!(!text.contains("style="), "{page} has a style inline");
        for link in links(&text) {
            let status = server.get(link).status;
            // The start leads on to where whoever asks begins.
            let fine = status == 200 || (link == "/" && status == 303);
            assert!(fine, "{page} links to {link}: {status}");
        }
    }
}

/// What a page of ours links to on this server, or takes from it.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let behind = ["href=\"", "src=\""].map(|name| text.split(name).skip(1));
    let targets = behind.into_iter().flatten();
    let targets = targets.filter_map(|rest| rest.split('"').next());
    targets.filter(|target| target.starts_with('/'))
}

#[test]
fn a_unit_with_a_slash_is_one_segment_of_a_path() {
    let server = Server::start(&ServerOptions::sqlite());
    let body = serde_json::json!({"arrival_rate": 70, "service_rate": 100});
    let answer = server
        .post("/api/v1/units/route%3A%2Fpayments/observations", &body)
        .ok();
    assert_eq!(answer["unit"], "route:/payments");
    assert_eq!(
        server.get("/api/v1/units/route%3A%2Fpayments").ok()["rho"],
        0.7
    );
}
