//! Starting, serving, stopping.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server as HttpService, ServerHandle};
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use actix_web::{HttpServer, web};
use anyhow::Context as _;
use utc_app::Console;
use utc_config::{AppEnv, Config};
use utc_demo::Demo;
use utc_gateway::held::Runner;
use utc_jwks::{Keeper, Pace};
use utc_notify::Courier;
use utc_web::{Limits, Metrics, Pages, RuntimeDemo, State};

use crate::gateway::{Gateway, GatewayListener, Shared};
use crate::sample::Payments;
use crate::{Composition, options, report};

/// How long what is in flight may take to end when the server is asked to stop.
const STOPPING: Duration = Duration::from_secs(30);

/// Serves until SIGTERM or SIGINT: then no new connection is taken, what is in flight is finished and committed.
pub fn run(config: &Config, composition: &Composition) -> anyhow::Result<()> {
    let demo = composition.demo;
    let location = options::location(&config.database);
    let outbound = options::outbound(config)?;
    if demo {
        let files = &config.files;
        let log = [files.log_key_file.clone(), files.guard_file.clone()];
        utc_demo::discard_database(&location, &log)?;
    }
    let lock = utc_app::engine::server_lock(&location)?;
    let metrics = Arc::new(Metrics::new()?);
    let console = Arc::new(Console::with(options::engine(
        config,
        &metrics,
        composition,
    )?)?);
    console.sweep_exports();
    refuse_open_door(config, &console)?;
    warn_of_guard(config, &console);
    let listener = listen(config)?;
    let address = listener.local_addr()?;
    let port = address.port();
    let limits = Arc::new(Limits::new(options::rates(&config.rate_limit)));
    let gateway = GatewayListener::bind(config)?;
    let outbound = outbound.refusing_own([address, gateway.address]);
    let courier = Courier::new(outbound.clone()).context("cannot prepare for sending notices")?;
    let jwks = Keeper::new(outbound.clone(), Pace::STANDARD)
        .context("cannot prepare for fetching keys")?;
    let shared = Shared {
        console: &console,
        metrics: &metrics,
        limits: &limits,
        outbound,
        console_at: address,
        reached: &composition.reached,
    };
    let gateway = Gateway::new(config, gateway, shared)?;
    let started = demo.then(|| utc_demo::start(Arc::clone(&console)));
    let demo = started.transpose()?;
    let system = actix_web::rt::System::new();
    // Before anybody learns the address: whoever does may ask it to stop at once.
    let signals = system.block_on(async { Signals::listen() })?;
    report::line(&format!(
        "The gateway listens on http://{}",
        gateway.address
    ));
    announce(config, port, gateway.address, &console, demo.as_ref());
    let runtime = match &demo {
        Some(demo) => Some(RuntimeDemo::new(Box::new(Payments::new(
            demo,
            gateway.address,
        )?))),
        None => None,
    };
    let (link, running) = match demo {
        Some(demo) => (Some(demo.link), Some(demo.running)),
        None => (None, None),
    };
    let observer = options::attempts(&metrics);
    let sender = utc_notify::start(Arc::clone(&console), courier.clone(), observer)?;
    let state = web::Data::new(State {
        console: Arc::clone(&console),
        metrics: Arc::clone(&metrics),
        courier,
        jwks,
        pages: Pages::new(config.files.templates_dir.clone())?,
        hosts: hosts(config, port),
        bare_addresses: !config.server.host.is_loopback(),
        log_public: config.installation.log_public,
        secure_cookies: secure_cookies(config),
        limits,
        proxies: options::proxies(&config.server),
        demo: link,
        runtime,
    });
    system.block_on(serve(state, listener, gateway, signals))?;
    drop(running);
    drop(sender);
    console.close();
    tracing::info!(
        log_size = console.journal().size(),
        "stopped; everything that was accepted is committed"
    );
    drop(lock);
    Ok(())
}

/// Serves both, each at its own address, until a signal ends them.
async fn serve(
    state: web::Data<State>,
    listener: TcpListener,
    gateway: Gateway,
    signals: Signals,
) -> std::io::Result<()> {
    let upkeep = actix_web::rt::spawn(upkeep(state.clone()));
    let forwarding = utc_gateway::server(gateway.state, gateway.listener, None, STOPPING)?;
    let for_app = state.clone();
    let serving = HttpServer::new(move || utc_web::app(for_app.clone()))
        .listen(listener)?
        // Head and body of a streamed answer are written apart: the second must not wait for the first to be
        // acknowledged.
        .tcp_nodelay(true)
        .shutdown_timeout(STOPPING.as_secs())
        .disable_signals()
        .run();
    let servers = [serving.handle(), forwarding.handle()];
    let stop = actix_web::rt::spawn(stop(signals, state, servers));
    let gateway = actix_web::rt::spawn(forward(forwarding, gateway.runner));
    let served = serving.await;
    // Both end at the same signal, each when what it has in flight is finished.
    let forwarded = gateway.await;
    upkeep.abort();
    stop.abort();
    served.and(forwarded.map_err(std::io::Error::other)?)
}

/// Serves the gateway, and sends what is approved for as long.
async fn forward(forwarding: HttpService, runner: Runner) -> std::io::Result<()> {
    let sending = runner.clone();
    let sending = actix_web::rt::spawn(async move { sending.run().await });
    let served = forwarding.await;
    runner.stop();
    sending.await.map_err(std::io::Error::other)?;
    served
}

/// The names of this server in `Host`: its address, the usual names of the loopback address, the public one.
fn hosts(config: &Config, port: u16) -> Vec<String> {
    let own = std::net::SocketAddr::new(config.server.host, port).to_string();
    let mut hosts = vec![
        own,
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
    ];
    let public = config.server.public_url.as_ref().map(ToString::to_string);
    hosts.extend(
        public
            .as_deref()
            .and_then(|url| url.split("://").nth(1))
            .map(|host| host.trim_end_matches('/').to_owned()),
    );
    hosts
}

fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let (host, port) = (config.server.host, config.server.port);
    TcpListener::bind((host, port))
        .with_context(|| format!("cannot listen on {host}:{port} (APP_HOST, APP_PORT)"))
}

/// Before there is anybody to ask for credentials, nobody else may reach the server.
fn refuse_open_door(config: &Config, console: &Console) -> anyhow::Result<()> {
    let host = config.server.host;
    if host.is_loopback() || console.has_identities() {
        return Ok(());
    }
    anyhow::bail!(
        "APP_HOST is {host}, and there is neither a user nor a token yet: first run `utc-admin user create NAME` or \
         `utc-admin token create NAME --role ROLE`, or start on 127.0.0.1 and open the setup link"
    )
}

/// On one filesystem both are set back together. While somebody tries things out that is no news.
fn warn_of_guard(config: &Config, console: &Console) {
    if config.server.env == AppEnv::Production && console.guard_beside_database() {
        tracing::warn!(
            "the log's guard lies on the filesystem of the database: whoever sets one back sets the other back too. Put \
             UTC_GUARD_FILE elsewhere, or let UTC_CHECKPOINT_SINK carry checkpoints away"
        );
    }
}

/// Browsers are told to keep to encrypted connections wherever people come over one.
fn secure_cookies(config: &Config) -> bool {
    let public = config.server.public_url.as_deref();
    config.server.env == AppEnv::Production || public.is_some_and(|url| url.starts_with("https://"))
}

fn announce(
    config: &Config,
    port: u16,
    gateway: SocketAddr,
    console: &Console,
    demo: Option<&Demo>,
) {
    let own = std::net::SocketAddr::new(config.server.host, port);
    report::line(&format!(
        "utc-server listening on http://{own} (database {})",
        options::location(&config.database)
    ));
    if let Some(demo) = demo {
        let text = utc_demo::instructions(&own.to_string(), &gateway.to_string(), demo);
        report::line(&text);
    } else if let Some(token) = console.setup_token() {
        report::line(&format!(
            "There is no user yet. Let the first one in: http://{own}/setup?token={token}"
        ));
    }
}

/// What asks the process to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Whichever comes first.
    async fn first(mut self) {
        std::future::poll_fn(|context| {
            let stop = self.terminate.poll_recv(context).is_ready();
            if stop || self.interrupt.poll_recv(context).is_ready() {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}

/// Stops both servers. Whoever waits for people's decisions would keep them from it, and is let go first.
async fn stop(signals: Signals, state: web::Data<State>, servers: [ServerHandle; 2]) {
    signals.first().await;
    state.console.stop_waiting();
    let stopping = servers.map(|server| server.stop(true));
    for stopped in stopping {
        stopped.await;
    }
}

/// Recorded values would pile up between two scrapes, and callers who are gone in the limits.
async fn upkeep(state: web::Data<State>) {
    let mut every = actix_web::rt::time::interval(Duration::from_secs(5));
    loop {
        every.tick().await;
        state.metrics.upkeep();
        state.limits.forget();
    }
}
