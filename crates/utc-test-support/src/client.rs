//! A client with connections that stay open.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

use crate::Answer;

/// The longest that a request may take: a bound against hanging, not an expectation.
const LONGEST: Duration = Duration::from_mins(1);

/// Speaks JSON to one server. Clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    token: Option<String>,
}

impl Client {
    /// A client of the server at `base`, such as `http://127.0.0.1:8000`.
    pub fn new(base: impl Into<String>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(LONGEST))
            .build();
        Self {
            agent: config.new_agent(),
            base: base.into(),
            token: None,
        }
    }

    /// The same server and the same token over connections of its own.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self {
            token: self.token.clone(),
            ..Self::new(&self.base)
        }
    }

    /// The same server, without credentials.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self {
            token: None,
            ..self.clone()
        }
    }

    /// The same server, with this token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..self.clone()
        }
    }

    /// The token that is sent along.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The server's address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.base
    }

    /// Sends one request, with the client's token unless `headers` says otherwise. An error means that no answer came; any status is an answer.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        let own = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        if let Some(token) = self.token.as_ref().filter(|_| !own) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = match body {
            Some(body) => self.agent.run(request.body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let (head, mut body) = response.into_parts();
        let headers = head.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.into_owned())
        });
        Ok(Answer {
            status: head.status.as_u16(),
            headers: headers.collect(),
            body: body.with_config().limit(u64::MAX).read_to_vec()?,
        })
    }

    /// Sends JSON, or nothing.
    pub fn try_json(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, ureq::Error> {
        let kind = [("content-type", "application/json")];
        match body {
            Some(body) => self.send(method, path, &kind, Some(body.to_string().as_bytes())),
            None => self.send(method, path, &[], None),
        }
    }

    #[track_caller]
    fn must(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let answer = self.try_json(method, path, body);
        answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// `GET`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.must("GET", path, None)
    }

    /// `POST` with JSON.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.must("POST", path, Some(body))
    }

    /// `PUT` with JSON.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.must("PUT", path, Some(body))
    }

    /// `PATCH` with JSON.
    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.must("PATCH", path, Some(body))
    }

    /// `DELETE`.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.must("DELETE", path, None)
    }
}

/// A text as one segment of a path, or one value of a query: everything but letters, digits and `-._~` is
/// percent-encoded.
pub fn segment(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_holds_no_slash() {
        assert_eq!(segment("route:/payments"), "route%3A%2Fpayments");
        assert_eq!(segment("a-b.c_d~1"), "a-b.c_d~1");
        assert_eq!(segment("é"), "%C3%A9");
    }
}
