//! The demo's payments service as the page “Runtime demo” uses it: through the gateway, over the network.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use utc_demo::Demo;
use utc_domain::UnitName;
use utc_outbound::{Body, Connection, Outbound, OutboundPolicy, Request, Target, Timeouts};
use utc_web::{Answered, Asked, Sample, Sending};

/// The units that stand in front of the sample service. The first follows the rules, the second is pinned.
const UNITS: [&str; 2] = ["payments-api", "route:/payments"];

/// How much of an answer is read, in bytes.
const READ: usize = 64 * 1_024;
/// How much of it is shown, in characters.
const SHOWN: usize = 2_000;

const TOKEN: HeaderName = HeaderName::from_static("utc-token");
const NEW_PAYMENT: &str = r#"{"amount":1999,"to":"alice"}"#;

/// The gateway as the demo's agent uses it.
pub(crate) struct Payments {
    client: Outbound,
    gateway: SocketAddr,
    agent: HeaderValue,
    approver: String,
    units: Vec<UnitName>,
}

impl Payments {
    /// `gateway` is where the gateway listens.
    pub(crate) fn new(demo: &Demo, gateway: SocketAddr) -> anyhow::Result<Self> {
        // A gateway that listens everywhere is reached from this machine too.
        let host = if gateway.ip().is_unspecified() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            gateway.ip()
        };
        let policy = OutboundPolicy::default().allowing_loopback();
        let mut agent = HeaderValue::from_str(&demo.tokens.agent).context("the agent's token")?;
        agent.set_sensitive(true);
        let units = UNITS.iter().map(|unit| unit.parse());
        Ok(Self {
            client: Outbound::new(policy, Timeouts::default())?,
            gateway: SocketAddr::new(host, gateway.port()),
            agent,
            approver: demo.tokens.approver.to_string(),
            units: units.collect::<Result<_, _>>()?,
        })
    }

    fn address(&self, unit: &UnitName) -> String {
        let unit = unit.as_str().replace(':', "%3A").replace('/', "%2F");
        format!("http://{}/gateway/{unit}/payments", self.gateway)
    }

    async fn ask(&self, unit: &UnitName, asked: Asked) -> anyhow::Result<Answered> {
        let target: Target = self.address(unit).parse()?;
        let mut headers = HeaderMap::from_iter([(TOKEN, self.agent.clone())]);
        let (method, body) = match asked {
            Asked::Read => (Method::GET, Body::empty()),
            Asked::Write => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                (Method::POST, Body::whole(NEW_PAYMENT))
            }
        };
        let request = Request {
            method,
            target,
            headers,
            body,
            // Each of the server's threads has a runtime of its own.
            connection: Connection::Fresh,
        };
        let response = self.client.send(request).await?;
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let (decision, receipt) = (header("utc-decision"), header("utc-receipt"));
        let (status, location) = (response.status().as_u16(), header("location"));
        let bytes = response.bytes(READ).await?;
        let body = String::from_utf8_lossy(&bytes)
            .chars()
            .take(SHOWN)
            .collect();
        Ok(Answered {
            status,
            decision,
            receipt,
            location,
            body,
        })
    }
}

impl Sample for Payments {
    fn units(&self) -> &[UnitName] {
        &self.units
    }

    fn approver(&self) -> &str {
        &self.approver
    }

    fn shown(&self, unit: &UnitName, asked: Asked) -> String {
        let method = match asked {
            Asked::Read => "GET",
            Asked::Write => "POST",
        };
        format!("{method} {}", self.address(unit))
    }

    fn send<'a>(&'a self, unit: &'a UnitName, asked: Asked) -> Sending<'a> {
        Box::pin(async move {
            let answered = self.ask(unit, asked).await;
            answered.map_err(|error| format!("{error:#}"))
        })
    }
}
