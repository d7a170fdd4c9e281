//! Somebody who is signed in, and uses pages and forms without scripts.

use crate::support::{Answer, Ask, ORIGIN, PASSWORD, Site};

/// The most that a page may weigh, in bytes.
const HEAVIEST: usize = 60 * 1024;

pub(crate) struct Visitor<'a> {
    site: &'a Site,
    cookie: String,
    csrf: String,
}

impl<'a> Visitor<'a> {
    /// A new person with these roles, on every unit.
    pub(crate) async fn new(site: &'a Site, name: &str, roles: &str) -> Self {
        site.person(name, roles);
        let body = serde_json::json!({"name": name, "password": PASSWORD});
        let answer = site
            .send(Ask::new("POST", "/api/v1/session").json(&body))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let csrf = answer.json()["csrf_token"].as_str().unwrap().to_owned();
        Self {
            site,
            cookie: answer.cookie(),
            csrf,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let ask = Ask::new("GET", path)
            .header("cookie", &self.cookie)
            .header("accept", "text/html");
        self.site.send(ask).await
    }

    /// A page, which must be there and light.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert!(
            answer.text.len() < HEAVIEST,
            "{path} weighs {} bytes",
            answer.text.len()
        );
        answer.text
    }

    /// Sends a form as the page has it.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("csrf={}", self.csrf);
        for (name, value) in fields {
            body.extend(["&", name, "=", &percent(value)]);
        }
        let ask = Ask::new("POST", path)
            .header("cookie", &self.cookie)
            .header("origin", ORIGIN)
            .header("accept", "text/html")
            .form(&body);
        self.site.send(ask).await
    }

    /// Sends a form that must lead to `place`, and gives the page there with what it says was done.
    pub(crate) async fn done(&self, path: &str, fields: &[(&str, &str)], place: &str) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let location = answer.header("location").unwrap().to_owned();
        assert_eq!(location.split('?').next(), place.split('?').next());
        let flash = answer.cookie();
        let both = format!("{}; {flash}", self.cookie);
        let ask = Ask::new("GET", &location)
            .header("cookie", &both)
            .header("accept", "text/html");
        let page = self.site.send(ask).await;
        assert_eq!(page.status, 200, "{}", page.text);
        page.text
    }

    /// The same form as a page of another site would send it.
    pub(crate) async fn forged(&self, path: &str) -> u16 {
        let ask = Ask::new("POST", path)
            .header("cookie", &self.cookie)
            .header("origin", "https://evil.example")
            .form(&format!("csrf={}", self.csrf));
        let foreign = self.site.send(ask).await.status;
        let ask = Ask::new("POST", path)
            .header("cookie", &self.cookie)
            .header("origin", ORIGIN)
            .form("csrf=wrong");
        assert_eq!(self.site.send(ask).await.status, 403);
        foreign
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// What must never stand in a page as it is.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>\"'&";
/// What stands there instead.
pub(crate) const AS_TEXT: &str = "&lt;script&gt;alert(1)&lt;&#x2F;script&gt;";

/// The hostile text is there, as text.
#[track_caller]
pub(crate) fn check_harmless(page: &str) {
    assert!(!page.contains("<script>alert"), "{page}");
    let shown = page.contains(AS_TEXT) || page.contains("&lt;script&gt;alert(1)&lt;/script&gt;");
    assert!(shown, "{page}");
}
