//! Starting, serving, stopping.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpServer, web};
use anyhow::Context as _;
use utc_app::Console;
use utc_config::Config;
use utc_web::{Metrics, Pages, State};

use crate::{options, report};

/// Serves until SIGTERM or SIGINT: then no new connection is taken, what is in flight is finished and committed.
pub(crate) fn run(config: &Config, demo: bool) -> anyhow::Result<()> {
    let location = options::location(&config.database);
    if demo {
        utc_demo::discard_database(&location)?;
    }
    let lock = utc_app::engine::server_lock(&location)?;
    let metrics = Arc::new(Metrics::new()?);
    let console = Arc::new(Console::with(options::engine(config, &metrics)?)?);
    let listener =
        TcpListener::bind((config.server.host, config.server.port)).with_context(|| {
            format!(
                "cannot listen on {}:{} (APP_HOST, APP_PORT)",
                config.server.host, config.server.port
            )
        })?;
    let port = listener.local_addr()?.port();
    let state = web::Data::new(State {
        console: Arc::clone(&console),
        metrics: Arc::clone(&metrics),
        pages: Pages::new(config.files.templates_dir.clone())?,
        hosts: hosts(config, port),
        demo,
    });
    let trickle = if demo {
        Some(utc_demo::start(Arc::clone(&console))?)
    } else {
        None
    };
    announce(config, port, demo);
    actix_web::rt::System::new().block_on(async move {
        let upkeep = actix_web::rt::spawn(upkeep(metrics));
        let served = HttpServer::new(move || utc_web::app(state.clone()))
            .listen(listener)?
            .shutdown_timeout(30)
            .run()
            .await;
        upkeep.abort();
        served
    })?;
    drop(trickle);
    console.close();
    tracing::info!(
        log_size = console.journal().size(),
        "stopped; everything that was accepted is committed"
    );
    drop(lock);
    Ok(())
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

fn announce(config: &Config, port: u16, demo: bool) {
    let own = std::net::SocketAddr::new(config.server.host, port);
    report::line(&format!(
        "utc-server listening on http://{own} (database {})",
        options::location(&config.database)
    ));
    if demo {
        report::line(&utc_demo::instructions(&own.to_string()));
    }
}

/// Recorded values would pile up between two scrapes.
async fn upkeep(metrics: Arc<Metrics>) {
    let mut every = actix_web::rt::time::interval(Duration::from_secs(5));
    loop {
        every.tick().await;
        metrics.upkeep();
    }
}
