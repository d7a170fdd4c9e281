//! From configuration to the engine's options.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use utc_app::engine::{Location, Observer, RatePrior, Settings, UnknownUnits};
use utc_app::log::LogOptions;
use utc_app::signals::{Scoring, SignalOptions};
use utc_app::{ApprovalOptions, Controller, Options, Settled};
use utc_config::{AppEnv, Config, DatabaseUrl, RateLimit, Server};
use utc_domain::Draft;
use utc_outbound::{AllowEntry, OutboundPolicy};
use utc_web::{Metrics, Proxies, Rates};

use crate::{Composition, sink};

/// Where the data is.
pub(crate) fn location(database: &DatabaseUrl) -> Location {
    match database {
        DatabaseUrl::Sqlite { path } => Location::Sqlite(path.clone()),
        DatabaseUrl::Postgres { url } => Location::Postgres(url.expose_secret().to_owned()),
    }
}

/// Counts batches, and tells whoever looks on.
struct Batches {
    metrics: Arc<Metrics>,
    beside: Arc<dyn Observer>,
}

impl Observer for Batches {
    fn committing(&self, receipts: &mut dyn Iterator<Item = &Draft>) {
        self.beside.committing(receipts);
    }

    fn committed(&self, jobs: usize, took: Duration) {
        self.metrics.committed(jobs, took);
        self.beside.committed(jobs, took);
    }
}

/// The engine's options.
pub(crate) fn engine(
    config: &Config,
    metrics: &Arc<Metrics>,
    composition: &Composition,
) -> anyhow::Result<Options> {
    let queueing = &config.queueing;
    let secret = |secret: &secrecy::SecretString| secret.expose_secret().to_owned();
    Ok(Options {
        data_dir: config.files.data_dir.clone(),
        data_key_file: Some(config.files.data_key_file.clone()),
        secret: config.keys.hmac_secret.as_ref().map(secret),
        next_secret: config.keys.hmac_secret_next.as_ref().map(secret),
        previous_secrets: config
            .keys
            .hmac_secret_previous
            .iter()
            .map(secret)
            .collect(),
        issuer: config.installation.issuer.clone(),
        log: log(config)?,
        queueing: Settings::new(
            queueing.alpha,
            queueing.low,
            queueing.high,
            queueing.relax_below,
            queueing.relax_window_minutes,
        )?
        .with_relax_read_only_below(queueing.relax_read_only_below)?,
        queue_tick: Some(Duration::from_secs(u64::from(queueing.tick_seconds))),
        controller: match queueing.controller {
            utc_config::Controller::Classic => Controller::Classic,
            utc_config::Controller::Predictive => Controller::Predictive,
        },
        approvals: approvals(config)?,
        signals: signals(config, composition),
        public_url: config.server.public_url.clone(),
        max_units: usize::try_from(config.installation.max_units)?,
        unknown_units: match config.installation.unknown_units {
            utc_config::UnknownUnits::Allow => UnknownUnits::Allow,
            utc_config::UnknownUnits::Approve => UnknownUnits::Approve,
            utc_config::UnknownUnits::Deny => UnknownUnits::Deny,
        },
        observer: Arc::new(Batches {
            metrics: Arc::clone(metrics),
            beside: Arc::clone(&composition.observer),
        }),
        execution_lease: composition.execution_lease,
        ..Options::new(location(&config.database))
    })
}

fn signals(config: &Config, composition: &Composition) -> SignalOptions {
    let tdx = &config.tdx;
    SignalOptions {
        scoring: if tdx.enabled {
            Scoring::Background
        } else {
            Scoring::OnDemand
        },
        interval: Duration::from_hours(u64::from(tdx.interval_hours)),
        auto_flip: tdx.auto_flip,
        clock: composition.demo.then(Arc::default),
        ..SignalOptions::STANDARD
    }
}

fn log(config: &Config) -> anyhow::Result<LogOptions> {
    let named = config.installation.checkpoint_sink.as_deref();
    let sink = named.map(|named| sink::open(named, outbound(config)?));
    Ok(LogOptions {
        sink: sink.transpose()?,
        origin: config.installation.log_origin.clone(),
        key_file: Some(config.files.log_key_file.clone()),
        guard_file: Some(config.files.guard_file.clone()),
        ..LogOptions::default()
    })
}

fn approvals(config: &Config) -> anyhow::Result<ApprovalOptions> {
    let minutes = |minutes: u32| Duration::from_mins(u64::from(minutes));
    let approvals = &config.approvals;
    Ok(ApprovalOptions {
        ttl: minutes(approvals.ttl_minutes),
        grant_ttl: minutes(approvals.grant_ttl_minutes),
        max_pending_per_subject: approvals.max_pending_per_subject,
        held_bytes_per_token: config.gateway.held_bytes_per_token,
        prior: RatePrior::new(config.queueing.human_approval_rate_per_hour)?,
    })
}

/// What may be connected to.
pub(crate) fn outbound(config: &Config) -> anyhow::Result<OutboundPolicy> {
    let listed = &config.installation.outbound_allow;
    let entries: Vec<AllowEntry> = listed
        .iter()
        .map(|item| item.parse::<AllowEntry>().context("UTC_OUTBOUND_ALLOW"))
        .collect::<Result<_, _>>()?;
    let policy = OutboundPolicy::default().allowing(entries);
    Ok(match config.server.env {
        AppEnv::Development | AppEnv::Testing => policy.allowing_loopback(),
        AppEnv::Production => policy,
    })
}

struct Attempts(Arc<Metrics>);

impl utc_notify::Observer for Attempts {
    fn attempted(&self, settled: &Settled) {
        self.0.attempted(settled);
    }
}

/// Counts attempts to send notices.
pub(crate) fn attempts(metrics: &Arc<Metrics>) -> Arc<dyn utc_notify::Observer> {
    Arc::new(Attempts(Arc::clone(metrics)))
}

/// How often who may call.
pub(crate) fn rates(limit: &RateLimit) -> Rates {
    Rates {
        known: limit.token_per_second,
        anonymous: limit.anonymous_per_second,
    }
}

/// Whose forwarding headers count.
pub(crate) fn proxies(server: &Server) -> Proxies {
    let trusted = server.trusted_proxies.clone();
    Proxies::new(move |address| trusted.iter().any(|network| network.contains(address)))
}
