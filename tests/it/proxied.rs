//! nginx in front of the console and the gateway, with the configuration that `docs/nginx.conf` offers.

use std::fs;

use serde_json::json;
use utc_test_support::{Client, Server, ServerOptions, TempDir, Upstream, workspace};

use crate::calls::{DECIDE, question, unit_path};
use crate::nginx::{Nginx, agent, free_port};

/// nginx in front of a server, as the documentation says, but for TLS.
struct Front {
    _nginx: Nginx,
    console: Client,
    gateway: Client,
    server: Server,
    options: ServerOptions,
}

impl Front {
    /// Called by the proxy's address, unless `public_url` says otherwise.
    fn start(options: ServerOptions, public_url: Option<&str>) -> Option<Self> {
        let (console, gateway) = (free_port(), free_port());
        let own = format!("http://127.0.0.1:{console}");
        let options = options.env("UTC_PUBLIC_URL", public_url.unwrap_or(&own));
        let server = Server::start(&options);
        let servers = offered(&server, [console, gateway]);
        let nginx = Nginx::start(TempDir::new(), &servers, console)?;
        Some(Self {
            _nginx: nginx,
            console: Client::new(own).with_token(server.client().token().unwrap()),
            gateway: Client::new(format!("http://127.0.0.1:{gateway}")),
            server,
            options,
        })
    }

    /// What a service behind the gateway is told about where a request came from.
    fn told(&self) -> String {
        let upstream = Upstream::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        let config = json!({"upstream": upstream.origin()});
        self.console
            .put(&unit_path("route:/payments", ""), &config)
            .ok();
        let token = agent(&self.options);
        let headers = [
            ("UTC-Token", token.as_str()),
            ("X-Forwarded-For", "203.0.113.9"),
        ];
        let target = "/gateway/route%3A%2Fpayments/a%20b?c=%2F";
        let answer = self.gateway.send("GET", target, &headers, None).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let received = upstream.only();
        assert_eq!(received.target(), "/a%20b?c=%2F");
        received.header("x-forwarded-for").unwrap().to_owned()
    }

    /// How many of six people, each at an address of their own, may try to sign in.
    fn tries(&self) -> usize {
        let client = self.console.anonymous();
        let statuses = (1..=6).map(|number| {
            let body = json!({"name": format!("person-{number}"), "password": "a wrong password"});
            let address = format!("203.0.113.{number}");
            let headers = [
                ("X-Forwarded-For", address.as_str()),
                ("Content-Type", "application/json"),
            ];
            let body = body.to_string();
            let answer = client.send("POST", "/api/v1/session", &headers, Some(body.as_bytes()));
            answer.unwrap().status
        });
        statuses.filter(|status| *status == 401).count()
    }
}

/// The configuration that the documentation offers, on these ports and without TLS.
fn offered(server: &Server, ports: [u16; 2]) -> String {
    let text = fs::read_to_string(workspace().join("docs/nginx.conf")).unwrap();
    let mut ports = ports.into_iter();
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.trim() {
            "listen 443 ssl;" => lines.push(format!("listen 127.0.0.1:{};", ports.next().unwrap())),
            other if other.starts_with("ssl_") => {}
            _ => lines.push(line.to_owned()),
        }
    }
    let gateway = server.gateway();
    let gateway = gateway.url().trim_start_matches("http://");
    let text = lines.join("\n");
    text.replace("127.0.0.1:8000", server.address())
        .replace("127.0.0.1:8001", gateway)
}

#[test]
fn a_unit_with_a_slash_in_its_name_survives_the_proxy() {
    let Some(front) = Front::start(ServerOptions::sqlite(), None) else {
        return;
    };
    assert!(unit_path("route:/payments", "").contains("route%3A%2Fpayments"));
    front.told();
    let unit = front.console.get(&unit_path("route:/payments", "")).ok();
    assert_eq!(unit["unit"], "route:/payments", "{unit}");
    let asked = front
        .console
        .post(DECIDE, &question("write:x", "route:/payments"));
    assert_eq!(asked.ok()["decision"], "ALLOW");
    let units = front.server.get("/api/v1/units").ok();
    assert!(!units.to_string().contains("%2F"), "{units}");
}

#[test]
fn forwarded_addresses_count_from_trusted_proxies_alone() {
    let Some(front) = Front::start(ServerOptions::sqlite(), None) else {
        return;
    };
    assert_eq!(front.told(), "127.0.0.1");
    assert_eq!(front.tries(), 5);
    let trusting = ServerOptions::sqlite().env("UTC_TRUSTED_PROXIES", "127.0.0.1");
    let front = Front::start(trusting, None).unwrap();
    assert_eq!(front.told(), "203.0.113.9, 127.0.0.1, 127.0.0.1");
    assert_eq!(front.tries(), 6);
}

#[test]
fn the_public_name_is_the_one_that_may_be_called() {
    let url = Some("https://trust.example.org");
    let Some(front) = Front::start(ServerOptions::sqlite(), url) else {
        return;
    };
    let call = |host| {
        let answer = front
            .console
            .send("GET", "/api/v1/me", &[("Host", host)], None);
        answer.unwrap()
    };
    assert_eq!(call("trust.example.org").status, 200);
    call("other.example.org").problem(403, "host_refused");
}
