#![doc = include_str!("../README.md")]

mod access;
mod body;
mod console;
mod edge;
mod file_body;
mod handlers;
mod metrics;
pub mod openapi;
mod problem;
pub mod routes;
mod sample;
mod stream;
mod wire;

use std::sync::Arc;

use actix_web::dev::{ServiceFactory, ServiceRequest};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, web};
use utc_app::{Console, SignInLink};
use utc_notify::Courier;

pub use access::{Access, Limits, Proxies, Rates};
pub use body::MAX_BODY_BYTES;
pub use console::Pages;
pub use metrics::Metrics;
pub use problem::Problem;
pub use sample::{Answered, Asked, RuntimeDemo, Sample, Sending};

/// The largest form, in bytes: one of them takes a whole receipt to verify.
const MAX_FORM_BYTES: usize = 128 * 1024;

/// What every handler may use.
pub struct State {
    /// The use cases.
    pub console: Arc<Console>,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// Hands notices over.
    pub courier: Courier,
    /// Keeps the keys of those who push security event tokens.
    pub jwks: utc_jwks::Keeper,
    /// The pages.
    pub pages: Pages,
    /// The values of `Host` that name this server, the first of them for showing.
    pub hosts: Vec<String>,
    /// Whether any bare address counts as a `Host` too: for a server that other machines may reach. A web page
    /// elsewhere cannot make a name of its own look like one.
    pub bare_addresses: bool,
    /// Whether the log's heads and tiles can be read without a token.
    pub log_public: bool,
    /// Whether browsers are told to send cookies over encrypted connections only.
    pub secure_cookies: bool,
    /// How often who may call.
    pub limits: Arc<Limits>,
    /// Whose forwarding headers count.
    pub proxies: Proxies,
    /// In the demo, which says so on every page: the link that signs in.
    pub demo: Option<SignInLink>,
    /// What the page “Runtime demo” plays with, where there is a sample service.
    pub runtime: Option<RuntimeDemo>,
}

/// The application: every route behind the edge. Give the same `state` to every worker.
pub fn app(
    state: web::Data<State>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse<actix_web::body::BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(state)
        .app_data(web::PayloadConfig::new(MAX_BODY_BYTES))
        .app_data(
            web::QueryConfig::default()
                .error_handler(|error, _| Problem::field("", format!("the query: {error}")).into()),
        )
        .app_data(
            web::FormConfig::default()
                .limit(MAX_FORM_BYTES)
                .error_handler(|error, _| body::form_problem(&error).into()),
        )
        .configure(routes::register)
        .default_service(web::to(routes::no_route))
        .wrap(from_fn(edge::edge))
}
