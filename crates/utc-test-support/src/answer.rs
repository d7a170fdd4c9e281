//! What a server answered.

use serde_json::Value;

/// A whole HTTP answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_slice(&self.body);
        parsed.unwrap_or_else(|error| panic!("{error} in status {}: {}", self.status, self.text()))
    }

    /// The body as JSON, of an answer with a status from 200 to 299.
    #[track_caller]
    pub fn ok(&self) -> Value {
        let fine = (200..300).contains(&self.status);
        assert!(fine, "status {}: {}", self.status, self.text());
        self.json()
    }

    /// The problem document of an answer with this status, whose `code` is this one.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        let kind = self.header("content-type");
        assert_eq!(kind, Some("application/problem+json"), "{}", self.text());
        let problem = self.json();
        assert_eq!(problem.get("code"), Some(&Value::from(code)), "{problem}");
        problem
    }

    /// Whether this is a problem document with this `code`.
    pub fn is_problem(&self, code: &str) -> bool {
        let parsed: Option<Value> = serde_json::from_slice(&self.body).ok();
        let found = parsed.as_ref().and_then(|problem| problem.get("code"));
        self.status >= 400 && found == Some(&Value::from(code))
    }
}
