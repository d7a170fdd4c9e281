//! The application in this process, on a database of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::{Bytes, Data};
use serde_json::Value;
use utc_app::engine::Location;
use utc_app::{Console, NewToken, NewUser, Options};
use utc_domain::{Scope, Subject, TokenId, UserName};
use utc_jwks::{Keeper, Pace};
use utc_notify::Courier;
use utc_outbound::OutboundPolicy;
use utc_test_support::TempDir;
use utc_web::{Limits, Metrics, Pages, Proxies, Rates, State, app};

/// As in earnest, but that a key which is new is looked for at once.
const PACE: Pace = Pace {
    between: std::time::Duration::ZERO,
    between_files: std::time::Duration::ZERO,
    patience: std::time::Duration::from_secs(2),
    ..Pace::STANDARD
};

pub(crate) const HOST: &str = "127.0.0.1:8000";
pub(crate) const ORIGIN: &str = "http://127.0.0.1:8000";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// An installation with its application.
pub(crate) struct Site {
    pub(crate) console: Arc<Console>,
    pub(crate) state: Data<State>,
    pub(crate) folder: TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn check(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.json()["code"], code, "{}", self.text);
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Name and value of the cookie that the answer sets, for sending it back.
    #[track_caller]
    pub(crate) fn cookie(&self) -> String {
        let header = self.header("set-cookie").expect("a cookie is set");
        header.split(';').next().unwrap().to_owned()
    }
}

/// A request to send.
pub(crate) struct Ask<'a> {
    method: Method,
    path: &'a str,
    headers: Vec<(&'a str, String)>,
    body: Option<String>,
    peer: &'a str,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(method: &str, path: &'a str) -> Self {
        Self {
            method: method.parse().unwrap(),
            path,
            headers: vec![("host", HOST.to_owned())],
            body: None,
            peer: "192.0.2.1:40000",
        }
    }

    pub(crate) fn header(mut self, name: &'a str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string());
        self.header("content-type", "application/json")
    }

    /// Says that the body is of another type.
    pub(crate) fn media_type(mut self, value: &str) -> Self {
        self.headers.retain(|(name, _)| *name != "content-type");
        self.header("content-type", value)
    }

    pub(crate) fn text(mut self, media_type: &str, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self.media_type(media_type)
    }

    pub(crate) fn form(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    pub(crate) fn host(mut self, host: &str) -> Self {
        self.headers.retain(|(name, _)| *name != "host");
        self.header("host", host)
    }

    pub(crate) fn from(mut self, peer: &'a str) -> Self {
        self.peer = peer;
        self
    }
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut State)) -> Self {
        let folder = TempDir::new();
        let location = Location::Sqlite(folder.path().join("utc.db"));
        let secret = Some("only for tests: 32 characters and more".to_owned());
        let options = Options {
            secret,
            ..Options::new(location)
        };
        let console = Arc::new(Console::with(options).unwrap());
        let mut state = State {
            log_public: true,
            console: Arc::clone(&console),
            metrics: Arc::new(Metrics::new().unwrap()),
            courier: Courier::new(OutboundPolicy::default().allowing_loopback()).unwrap(),
            jwks: Keeper::new(OutboundPolicy::default().allowing_loopback(), PACE).unwrap(),
            pages: Pages::new(None).unwrap(),
            hosts: vec![HOST.to_owned()],
            bare_addresses: false,
            secure_cookies: false,
            limits: Arc::new(Limits::new(Rates {
                known: 0,
                anonymous: 0,
            })),
            proxies: Proxies::new(|_| false),
            demo: None,
            runtime: None,
        };
        change(&mut state);
        Self {
            console,
            state: Data::new(state),
            folder,
        }
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.send(Ask::new("POST", path).token(token).json(body))
            .await
    }

    /// Begins what runs in the background at `path`, and waits for its end.
    pub(crate) async fn ended(&self, token: &str, path: &str, body: &Value) -> Value {
        let answer = self.post(token, path, body).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let started = answer.json();
        let path = started["status_url"].as_str().unwrap();
        assert_eq!(answer.header("location"), Some(path));
        assert!(path.ends_with(started["id"].as_str().unwrap()));
        loop {
            let view = self.send(Ask::new("GET", path).token(token)).await.json();
            if view["state"] != "running" {
                return view;
            }
            std::thread::yield_now();
        }
    }

    /// Sends requests one after another.
    pub(crate) async fn send_all(&self, asks: Vec<Ask<'_>>) -> Vec<Answer> {
        let service = init_service(app(self.state.clone())).await;
        let mut answers = Vec::new();
        for ask in asks {
            let mut request = TestRequest::with_uri(ask.path)
                .method(ask.method)
                .peer_addr(ask.peer.parse::<SocketAddr>().unwrap());
            for (name, value) in ask.headers {
                request = request.append_header((name, value));
            }
            if let Some(body) = ask.body {
                request = request.set_payload(body);
            }
            let response = call_service(&service, request.to_request()).await;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            // A stream has no end to wait for.
            let kind = headers.get("content-type");
            let body = if kind.is_some_and(|kind| kind == "text/event-stream") {
                Bytes::new()
            } else {
                to_bytes(response.into_body()).await.unwrap()
            };
            answers.push(Answer {
                status,
                headers,
                text: String::from_utf8_lossy(&body).into_owned(),
            });
        }
        answers
    }

    pub(crate) async fn send(&self, ask: Ask<'_>) -> Answer {
        self.send_all(vec![ask]).await.pop().unwrap()
    }

    /// A token with these roles for any subject, on these units.
    pub(crate) fn token(&self, roles: &str, units: &[&str]) -> (String, TokenId) {
        let new = NewToken {
            name: format!("{roles} {units:?}").parse().unwrap(),
            roles: roles.parse().unwrap(),
            subjects: scope(&["**"]),
            units: scope(units),
            owner: None,
            expires_at: None,
        };
        self.create(new)
    }

    pub(crate) fn create(&self, new: NewToken) -> (String, TokenId) {
        let created = self.console.create_token(actor(), new).wait().unwrap();
        (created.token.to_string(), created.view.id)
    }

    pub(crate) fn person(&self, name: &str, roles: &str) -> UserName {
        let new = NewUser {
            name: name.parse().unwrap(),
            roles: roles.parse().unwrap(),
            units: Scope::All,
        };
        let ticket = self.console.create_user(actor(), new, PASSWORD);
        ticket.wait().unwrap().user.name
    }
}

pub(crate) fn actor() -> Subject {
    "user:test".parse().unwrap()
}

pub(crate) fn scope(patterns: &[&str]) -> Scope {
    Scope::of(patterns.iter().map(|text| text.parse().unwrap()).collect()).unwrap()
}
