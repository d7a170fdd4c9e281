//! The gateway: a listener of its own, and what sends approved requests.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::RequestHead;
use actix_web::web::Data;
use anyhow::Context as _;
use ipnet::IpNet;
use utc_app::{Access, Console, Who};
use utc_config::Config;
use utc_domain::UnitName;
use utc_gateway::held::{Executor, Runner, Step};
use utc_gateway::port::{Limit, Measure};
use utc_gateway::{ConsolePorts, Options, State, TrustedProxies, Upstreams};
use utc_outbound::{Outbound, OutboundPolicy, Timeouts};
use utc_web::{Limits, Metrics, Proxies};

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

/// What the gateway shares with the rest of the server.
pub(crate) struct Shared<'a> {
    pub(crate) console: &'a Arc<Console>,
    pub(crate) metrics: &'a Arc<Metrics>,
    pub(crate) limits: &'a Arc<Limits>,
    pub(crate) outbound: OutboundPolicy,
    /// Where the console listens.
    pub(crate) console_at: SocketAddr,
    /// Who is told of every step of sending a held request.
    pub(crate) reached: &'a Arc<dyn Fn(Step) + Send + Sync>,
}

impl Gateway {
    /// Gets everything ready.
    pub(crate) fn new(
        config: &Config,
        own: GatewayListener,
        shared: Shared<'_>,
    ) -> anyhow::Result<Self> {
        let Shared {
            console,
            metrics,
            limits,
            outbound,
            console_at,
            reached,
        } = shared;
        let client = Outbound::new(outbound, Timeouts::default())?;
        let measure = Arc::new(Measured {
            console: Arc::clone(console),
            metrics: Arc::clone(metrics),
        });
        let upstreams = Arc::new(Upstreams::new(client, measure));
        let ports = Arc::new(ConsolePorts::new(Arc::clone(console)));
        let reached = Arc::clone(reached);
        let executor = Executor::new(ports.clone(), Arc::clone(&upstreams));
        let executor = executor.watched_by(move |step| reached(step));
        let limit = Limited {
            limits: Arc::clone(limits),
            proxies: crate::options::proxies(&config.server),
        };
        let state = State::new(ports, upstreams, options(config, console_at)?);
        let state = state.limited(Arc::new(limit));
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

/// The limits of the console, so that both listeners together are called no more often.
struct Limited {
    limits: Arc<Limits>,
    proxies: Proxies,
}

impl Limit for Limited {
    fn count(&self, who: Option<Who>, request: &RequestHead) -> Option<Duration> {
        let wait = self.limits.count_elsewhere(who, &self.proxies, request);
        wait.map(Duration::from_secs)
    }
}

/// The gateway's measurements, for whoever reads the metrics or looks at a unit.
struct Measured {
    console: Arc<Console>,
    metrics: Arc<Metrics>,
}

impl Measure for Measured {
    fn sent(&self, unit: &UnitName, access: Access, in_flight: usize) {
        self.console.measure_sent(unit);
        self.metrics.forwarded(unit, word(access), in_flight);
    }

    fn ended(&self, unit: &UnitName, _access: Access, in_flight: usize) {
        self.console.measure_ended(unit);
        self.metrics.under_way(unit, in_flight);
    }

    fn served(&self, unit: &UnitName, access: Access, took: Duration) {
        self.console.measure_served(unit, took);
        self.metrics.served(unit, word(access), took);
    }
}

fn word(access: Access) -> &'static str {
    match access {
        Access::Read => "read",
        Access::Write => "write",
    }
}
