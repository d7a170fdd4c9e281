//! Starting, serving, stopping.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::signal::unix::{SignalKind, signal};
use actix_web::{HttpServer, web};
use anyhow::Context as _;
use utc_app::Console;
use utc_config::{AppEnv, Config};
use utc_demo::Demo;
use utc_notify::Courier;
use utc_web::{Limits, Metrics, Pages, State};

use crate::gateway::{Gateway, GatewayListener, Shared};
use crate::{options, report};

/// Serves until SIGTERM or SIGINT: then no new connection is taken, what is in flight is finished and committed.
pub(crate) fn run(config: &Config, demo: bool) -> anyhow::Result<()> {
    let location = options::location(&config.database);
    let outbound = options::outbound(config)?;
    if demo {
        utc_demo::discard_database(&location)?;
    }
    let lock = utc_app::engine::server_lock(&location)?;
    let metrics = Arc::new(Metrics::new()?);
    let console = Arc::new(Console::with(options::engine(config, &metrics)?)?);
    refuse_open_door(config, &console)?;
    let listener =
        TcpListener::bind((config.server.host, config.server.port)).with_context(|| {
            format!(
                "cannot listen on {}:{} (APP_HOST, APP_PORT)",
                config.server.host, config.server.port
            )
        })?;
    let address = listener.local_addr()?;
    let port = address.port();
    let limits = Arc::new(Limits::new(options::rates(&config.rate_limit)));
    let gateway = GatewayListener::bind(config)?;
    let outbound = outbound.refusing_own([address, gateway.address]);
    let courier = Courier::new(outbound.clone()).context("cannot prepare for sending notices")?;
    let shared = Shared {
        console: &console,
        metrics: &metrics,
        limits: &limits,
        outbound,
        console_at: address,
    };
    let gateway = Gateway::new(config, gateway, shared)?;
    let demo = if demo {
        Some(utc_demo::start(Arc::clone(&console))?)
    } else {
        None
    };
    report::line(&format!(
        "The gateway listens on http://{}",
        gateway.address
    ));
    announce(config, port, gateway.address, &console, demo.as_ref());
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
        pages: Pages::new(config.files.templates_dir.clone())?,
        hosts: hosts(config, port),
        bare_addresses: !config.server.host.is_loopback(),
        secure_cookies: secure_cookies(config),
        limits,
        proxies: options::proxies(&config.server),
        demo: link,
    });
    actix_web::rt::System::new().block_on(async move {
        let upkeep = actix_web::rt::spawn(upkeep(state.clone()));
        let stop = actix_web::rt::spawn(stop_waiting(state.clone()));
        let gateway = actix_web::rt::spawn(forward(gateway));
        let served = HttpServer::new(move || utc_web::app(state.clone()))
            .listen(listener)?
            .shutdown_timeout(30)
            .run()
            .await;
        // Both end at the same signal, each when what it has in flight is finished.
        let forwarded = gateway.await;
        upkeep.abort();
        stop.abort();
        served.and(forwarded.map_err(std::io::Error::other)?)
    })?;
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

/// Serves the gateway, and sends what is approved for as long.
async fn forward(gateway: Gateway) -> std::io::Result<()> {
    let (state, runner) = (gateway.state, gateway.runner);
    let sending = runner.clone();
    let sending = actix_web::rt::spawn(async move { sending.run().await });
    let served = HttpServer::new(move || utc_gateway::app(state.clone()))
        .listen(gateway.listener)?
        .shutdown_timeout(30)
        .run()
        .await;
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

/// Whoever waits for people's decisions would keep the server from stopping.
async fn stop_waiting(state: web::Data<State>) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // Whichever comes first.
    std::future::poll_fn(|context| {
        let stop = terminate.poll_recv(context).is_ready();
        if stop || interrupt.poll_recv(context).is_ready() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    state.console.stop_waiting();
    Ok(())
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
