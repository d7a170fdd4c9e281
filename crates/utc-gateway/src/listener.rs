//! The gateway on a listener of its own.
//!
//! Not by `HttpServer`: that asks every caller for its body that waits to be asked, before anything of ours has seen the
//! request.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_http::HttpService;
use actix_server::{Server, ServerBuilder};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::Error;
use actix_web::dev::AppConfig;
use actix_web::web::Data;

use crate::{State, app, serve};

/// Serves the gateway on `listener`, until the server's handle stops it; then what is under way has `patience` to end.
/// `workers` threads, or as many as there are processors. Nothing is done for signals.
///
/// # Errors
/// Those of the listener.
pub fn server(
    state: Data<State>,
    listener: TcpListener,
    workers: Option<usize>,
    patience: Duration,
) -> io::Result<Server> {
    let address = listener.local_addr()?;
    let builder = builder(workers, patience);
    let stopping = builder.graceful_shutdown_signal();
    let service = move || {
        let (asked, stopping) = (state.clone(), stopping.clone());
        let ask = move |request| {
            let state = asked.clone();
            async move { serve::ask_for_body(&state, request).await }
        };
        let app = app(state.clone()).into_factory();
        let app = app.map_err(|error: Error| error.error_response());
        HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .local_addr(address)
            // Head and body of a streamed answer are written apart: the second must not wait for the first to be
            // acknowledged.
            .tcp_nodelay(true)
            .client_disconnect_timeout(Duration::from_secs(1))
            .expect(fn_service(ask))
            .finish(map_config(app, |()| AppConfig::default()))
            .tcp()
    };
    Ok(builder.listen("gateway", listener, service)?.run())
}

fn builder(workers: Option<usize>, patience: Duration) -> ServerBuilder {
    let builder = Server::build()
        .disable_signals()
        .shutdown_timeout(patience.as_secs());
    match workers {
        Some(workers) => builder.workers(workers),
        None => builder,
    }
}
