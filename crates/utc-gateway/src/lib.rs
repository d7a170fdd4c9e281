#![doc = include_str!("../README.md")]

mod answer;
mod arrived;
mod asking;
mod body;
mod breaker;
mod console;
mod convert;
mod cookies;
mod decided;
mod execution;
mod failure;
mod forwarded;
mod headers;
pub mod held;
mod listener;
mod method;
mod options;
mod path;
mod percent;
pub mod port;
mod problem;
mod serve;
mod trace;
mod upstream;

use std::sync::Arc;

use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{App, Error, web};

pub use console::ConsolePorts;
pub use forwarded::TrustedProxies;
pub use listener::server;
pub use options::Options;
pub use upstream::Upstreams;

use crate::body::Budget;
use crate::port::{Gate, Limit, Unlimited};

/// What every worker shares.
pub struct State {
    gate: Arc<dyn Gate>,
    limit: Arc<dyn Limit>,
    upstreams: Arc<Upstreams>,
    options: Options,
    budget: Budget,
}

impl State {
    /// A gateway that asks `gate` and sends through `upstreams`.
    pub fn new(gate: Arc<dyn Gate>, upstreams: Arc<Upstreams>, options: Options) -> Self {
        Self {
            gate,
            limit: Arc::new(Unlimited),
            upstreams,
            budget: Budget::new(options.body_budget),
            options,
        }
    }

    /// The same where callers may not call as often as they like.
    #[must_use]
    pub fn limited(self, limit: Arc<dyn Limit>) -> Self {
        Self { limit, ..self }
    }
}

/// The application. Give the same `state` to every worker.
fn app(
    state: web::Data<State>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse,
        Error = Error,
        InitError = (),
    >,
> {
    // No routes: a router decodes paths, and what is judged must be what is sent.
    App::new()
        .app_data(state)
        .default_service(web::to(serve::serve))
}
