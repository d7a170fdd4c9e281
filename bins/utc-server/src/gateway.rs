//! The gateway: a listener of its own, and what sends approved requests.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use anyhow::Context as _;
use ipnet::IpNet;
use utc_app::{Access, Console};
use utc_config::Config;
use utc_domain::UnitName;
use utc_gateway::held::{Executor, Runner};
use utc_gateway::port::Measure;
use utc_gateway::{ConsolePorts, Options, State, TrustedProxies, Upstreams};
use utc_outbound::{Outbound, OutboundPolicy, Timeouts};
use utc_web::Metrics;

/// What there is to serve with.
pub(crate) struct Gateway {
    pub(crate) listener: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) state: Data<State>,
    pub(crate) runner: Runner,
}

/// The gateway's own port, taken before anything goes out, so that nothing goes out to it.
pub(crate) struct GatewayListener {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

impl GatewayListener {
    pub(crate) fn bind(config: &Config) -> anyhow::Result<Self> {
        let wanted = (config.server.host, config.server.gateway_port);
        let listener = TcpListener::bind(wanted).with_context(|| {
            let (host, port) = wanted;
            format!("cannot listen on {host}:{port} (APP_HOST, GATEWAY_PORT)")
        })?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }
}

impl Gateway {
    /// Gets everything ready. `console_at` is where the console listens.
    pub(crate) fn new(
        config: &Config,
        own: GatewayListener,
        console: &Arc<Console>,
        metrics: &Arc<Metrics>,
        outbound: OutboundPolicy,
        console_at: SocketAddr,
    ) -> anyhow::Result<Self> {
        let client = Outbound::new(outbound, Timeouts::default())?;
        let measure = Arc::new(Measured(Arc::clone(metrics)));
        let upstreams = Arc::new(Upstreams::new(client, measure));
        let ports = Arc::new(ConsolePorts::new(Arc::clone(console)));
        let executor = Executor::new(ports.clone(), Arc::clone(&upstreams));
        let state = State::new(ports, upstreams, options(config, console_at)?);
        Ok(Self {
            listener: own.listener,
            address: own.address,
            state: Data::new(state),
            runner: Runner::new(executor),
        })
    }
}

fn options(config: &Config, console_at: SocketAddr) -> anyhow::Result<Options> {
    let public = config.server.public_url.clone();
    let trusted = config.server.trusted_proxies.iter();
    let trusted: Vec<IpNet> = trusted
        .map(|network| network.to_string().parse())
        .collect::<Result<_, _>>()
        .context("UTC_TRUSTED_PROXIES")?;
    let console = public.unwrap_or_else(|| format!("http://{console_at}"));
    Ok(Options {
        body_limit: usize::try_from(config.gateway.body_limit_bytes)?,
        trusted_proxies: TrustedProxies::new(trusted),
        ..Options::new(console)
    })
}

/// The gateway's measurements, for whoever reads the metrics.
struct Measured(Arc<Metrics>);

impl Measure for Measured {
    fn sent(&self, unit: &UnitName, access: Access, in_flight: usize) {
        self.0.forwarded(unit, word(access), in_flight);
    }

    fn served(&self, unit: &UnitName, access: Access, took: Duration) {
        self.0.served(unit, word(access), took);
    }
}

fn word(access: Access) -> &'static str {
    match access {
        Access::Read => "read",
        Access::Write => "write",
    }
}
