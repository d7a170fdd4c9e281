//! Trust signals over HTTP.

pub(crate) mod receivers;
mod registry;
mod stream;

use serde_json::{Value, json};
use utc_app::UnitConfig;
use utc_domain::Timestamp;

use crate::support::{Answer, Ask, Site, actor};

pub(crate) const UNIT: &str = "payments-api";

/// A site with a unit, an administrator, and somebody who sends for every source.
pub(crate) struct Signals {
    pub(crate) site: Site,
    pub(crate) admin: String,
    pub(crate) sender: String,
}

impl Signals {
    pub(crate) fn new() -> Self {
        let site = Site::new();
        let config = UnitConfig::unconfigured();
        let update = Box::new(move |_: Option<&UnitConfig>| Ok(config.clone()));
        let configured = site
            .console
            .configure_unit(UNIT.parse().unwrap(), actor(), update);
        configured.wait().unwrap();
        let (admin, _) = site.token("admin", &[]);
        let (sender, _) = site.token("signal", &[]);
        Self {
            site,
            admin,
            sender,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.site.console.options().clock.now()
    }

    pub(crate) async fn admin(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let ask = Ask::new(method, path).token(&self.admin);
        let ask = match &body {
            Some(body) => ask.json(body),
            None => ask,
        };
        self.site.send(ask).await
    }

    pub(crate) async fn source(&self, name: &str, body: Value) {
        let path = format!("/api/v1/tdx/sources/{name}");
        let answer = self.admin("PUT", &path, Some(body)).await;
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.admin("GET", path, None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// How many events there are.
    pub(crate) async fn events(&self) -> usize {
        let found = self.get("/api/v1/tdx/events?limit=200").await;
        found["items"].as_array().unwrap().len()
    }

    /// Why the newest delivery was not taken.
    pub(crate) async fn quarantined(&self) -> Vec<String> {
        let found = self.get("/api/v1/tdx/quarantine").await;
        let items = found["items"].as_array().unwrap().clone();
        let reason = |item: &Value| item["reason"].as_str().unwrap().to_owned();
        items.iter().map(reason).collect()
    }
}

/// A body of the registry.
pub(crate) fn registered(signature: &str) -> Value {
    json!({ "trust": 0.9, "authoritative": false, "signature": signature })
}
