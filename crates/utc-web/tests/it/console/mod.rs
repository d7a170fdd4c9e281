//! The console's pages as a browser without scripts meets them.

mod access;
mod forms;
mod hostile;
mod pages;
mod receipts;
mod rules;
mod stream;

use serde_json::json;

use crate::support::{Answer, Ask, ORIGIN, PASSWORD, Site};

/// Somebody who is signed in with a browser.
pub(super) struct Browser {
    pub(super) cookie: String,
    pub(super) csrf: String,
}

impl Browser {
    /// Makes the person and signs them in.
    pub(super) async fn new(site: &Site, name: &str, roles: &str) -> Self {
        site.person(name, roles);
        let body = json!({"name": name, "password": PASSWORD});
        let answer = site
            .send(Ask::new("POST", "/api/v1/session").json(&body))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        Self {
            csrf: answer.json()["csrf_token"].as_str().unwrap().to_owned(),
            cookie: answer.cookie(),
        }
    }

    /// Opens a page.
    pub(super) fn open<'a>(&self, path: &'a str) -> Ask<'a> {
        Ask::new("GET", path)
            .header("accept", "text/html")
            .header("cookie", &self.cookie)
    }

    /// Sends a form as the page's own would.
    pub(super) fn send<'a>(&self, path: &'a str, fields: &[(&str, &str)]) -> Ask<'a> {
        let own = [("csrf", self.csrf.as_str())];
        let fields: Vec<_> = own.iter().chain(fields).copied().collect();
        self.form(path, &fields).header("origin", ORIGIN)
    }

    /// Sends a form with exactly these fields, and without saying where it comes from.
    pub(super) fn form<'a>(&self, path: &'a str, fields: &[(&str, &str)]) -> Ask<'a> {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)));
        let body: Vec<String> = pairs.collect();
        Ask::new("POST", path)
            .header("accept", "text/html")
            .header("cookie", &self.cookie)
            .form(&body.join("&"))
    }
}

/// Every byte as a browser may write it.
pub(super) fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| format!("%{byte:02X}"));
    bytes.collect::<Vec<_>>().concat()
}

impl Answer {
    /// The page, without the marks of times and with entities as they are.
    #[track_caller]
    pub(super) fn page(&self) -> &str {
        let kind = self.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/html"), "{kind}: {}", self.text);
        assert!(self.text.len() < 60 * 1024, "{} bytes", self.text.len());
        &self.text
    }

    #[track_caller]
    pub(super) fn shows(&self, what: &str) {
        assert!(self.page().contains(what), "{what:?} in {}", self.text);
    }

    #[track_caller]
    pub(super) fn hides(&self, what: &str) {
        assert!(!self.page().contains(what), "{what:?} in {}", self.text);
    }

    /// That it leads to a page which then tells what was done.
    #[track_caller]
    pub(super) fn leads_to(&self, place: &str) {
        assert_eq!(
            (self.status, self.header("location")),
            (303, Some(place)),
            "{}",
            self.text
        );
        let told = self.header("set-cookie").unwrap_or_default();
        assert!(told.starts_with("utc-flash="), "{told}");
    }
}
