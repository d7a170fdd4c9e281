//! Prometheus metrics. The recorder is this server's own: two servers in one process do not mix.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use utc_app::engine::Predictor;
use utc_app::signals::Taken;
use utc_app::{Console, Expected, Settled, Staleness};
use utc_domain::{Decision, ProtectionLevel, UnitName};

const SECONDS: [f64; 12] = [
    0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];
const JOBS: [f64; 8] = [1.0, 2.0, 8.0, 32.0, 64.0, 128.0, 512.0, 1_024.0];

const META: Metadata<'static> = Metadata::new("utc", Level::INFO, None);

/// Counters that are written on the way, and gauges that are read when asked for.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    decisions: [Counter; 3],
    decide_seconds: Histogram,
    batch_jobs: Histogram,
    commit_seconds: Histogram,
    queue_depth: Gauge,
    log_size: Gauge,
    outbox_pending: Gauge,
    deliveries: [Counter; 3],
    refused: Mutex<HashMap<&'static str, Counter>>,
}

impl Metrics {
    /// Metrics that count from zero.
    pub fn new() -> Result<Self, BuildError> {
        let name = |name: &str| Matcher::Full(name.to_owned());
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(name("utc_decision_seconds"), &SECONDS)?
            .set_buckets_for_metric(name("utc_journal_commit_seconds"), &SECONDS)?
            .set_buckets_for_metric(name("utc_gateway_service_seconds"), &SECONDS)?
            .set_buckets_for_metric(name("utc_journal_batch_jobs"), &JOBS)?
            .build_recorder();
        describe(&recorder);
        let counter = |decision: Decision| {
            let label = Label::new("decision", decision.as_str());
            recorder.register_counter(&Key::from_parts("utc_decisions_total", vec![label]), &META)
        };
        let delivery = |result: &'static str| {
            let label = Label::new("result", result);
            let key = Key::from_parts("utc_deliveries_total", vec![label]);
            recorder.register_counter(&key, &META)
        };
        let histogram =
            |name: &'static str| recorder.register_histogram(&Key::from_name(name), &META);
        let gauge = |name: &'static str| recorder.register_gauge(&Key::from_name(name), &META);
        Ok(Self {
            decisions: Decision::ALL.map(counter),
            decide_seconds: histogram("utc_decision_seconds"),
            batch_jobs: histogram("utc_journal_batch_jobs"),
            commit_seconds: histogram("utc_journal_commit_seconds"),
            queue_depth: gauge("utc_journal_queue_depth"),
            log_size: gauge("utc_log_size"),
            outbox_pending: gauge("utc_outbox_pending"),
            deliveries: ["delivered", "again", "dead"].map(delivery),
            refused: Mutex::default(),
            handle: recorder.handle(),
            recorder,
        })
    }

    pub(crate) fn decided(&self, decision: Decision, took: Duration) {
        for (known, counter) in Decision::ALL.into_iter().zip(&self.decisions) {
            if known == decision {
                counter.increment(1);
            }
        }
        self.decide_seconds.record(took.as_secs_f64());
    }

    /// A batch was committed.
    pub fn committed(&self, jobs: usize, took: Duration) {
        self.batch_jobs
            .record(u32::try_from(jobs).unwrap_or(u32::MAX));
        self.commit_seconds.record(took.as_secs_f64());
    }

    /// A request is sent to a unit's upstream; with it, `in_flight` wait for their answers. Only units with an upstream
    /// have such requests, and people configure those.
    pub fn forwarded(&self, unit: &UnitName, access: &'static str, in_flight: usize) {
        let key = unit_key("utc_gateway_requests_total", unit, access);
        self.recorder.register_counter(&key, &META).increment(1);
        self.under_way(unit, in_flight);
    }

    /// So many requests to the unit's upstream wait for an answer.
    pub fn under_way(&self, unit: &UnitName, in_flight: usize) {
        let label = Label::new("unit", unit.to_string());
        let key = Key::from_parts("utc_gateway_in_flight", vec![label]);
        let in_flight = u32::try_from(in_flight).unwrap_or(u32::MAX);
        self.recorder.register_gauge(&key, &META).set(in_flight);
    }

    /// The upstream answered after `took`.
    pub fn served(&self, unit: &UnitName, access: &'static str, took: Duration) {
        let key = unit_key("utc_gateway_service_seconds", unit, access);
        let histogram = self.recorder.register_histogram(&key, &META);
        histogram.record(took.as_secs_f64());
    }

    /// So many notices wait to be sent.
    pub(crate) fn outbox(&self, pending: u64) {
        self.outbox_pending
            .set(u32::try_from(pending).unwrap_or(u32::MAX));
    }

    /// What the forecasts of configured units expect and are worth; what nobody knows is not a number.
    pub(crate) fn expected(&self, expected: &[Expected]) {
        for Expected { unit, forecasts } in expected {
            for predictor in Predictor::ALL {
                let one = forecasts.as_ref().map(|all| all.of(predictor));
                let labels = || {
                    let unit = Label::new("unit", unit.clone());
                    vec![unit, Label::new("predictor", predictor.as_str())]
                };
                let set = |name: &'static str, value: Option<f64>| {
                    let gauge = self
                        .recorder
                        .register_gauge(&Key::from_parts(name, labels()), &META);
                    gauge.set(value.unwrap_or(f64::NAN));
                };
                set("utc_unit_forecast_rho", one.and_then(|one| one.rho));
                set("utc_unit_forecast_precision", one.map(|one| one.precision));
                let open = one.map(|one| f64::from(u8::from(one.open)));
                set("utc_unit_forecast_gate_open", open);
            }
        }
    }

    /// Which configured units nothing is heard of any more.
    pub(crate) fn staleness(&self, units: &[Staleness]) {
        for Staleness { unit, stale } in units {
            let label = Label::new("unit", unit.clone());
            let key = Key::from_parts("utc_unit_stale", vec![label]);
            let gauge = self.recorder.register_gauge(&key, &META);
            gauge.set(f64::from(u8::from(*stale)));
        }
    }

    /// Events were taken.
    pub(crate) fn signals_taken(&self, adapter: &'static str, taken: &Taken) {
        let counts = [
            ("accepted", taken.accepted),
            ("repeated", taken.repeated),
            ("conflict", taken.conflicts),
        ];
        for (result, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            self.signals(adapter, result, count);
        }
    }

    /// A delivery was not taken.
    pub(crate) fn signal_refused(&self, adapter: &'static str, reason: &'static str) {
        self.signals(adapter, reason, 1);
    }

    fn signals(&self, adapter: &'static str, result: &'static str, count: usize) {
        let labels = vec![Label::new("adapter", adapter), Label::new("result", result)];
        let key = Key::from_parts("utc_signals_total", labels);
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.recorder.register_counter(&key, &META).increment(count);
    }

    /// So many units are risky.
    pub(crate) fn risky(&self, units: usize) {
        let gauge = self
            .recorder
            .register_gauge(&Key::from_name("utc_risky_units"), &META);
        gauge.set(u32::try_from(units).unwrap_or(u32::MAX));
    }

    /// A notice was tried.
    pub fn attempted(&self, settled: &Settled) {
        let [delivered, again, dead] = &self.deliveries;
        match settled {
            Settled::Delivered => delivered.increment(1),
            Settled::Again { .. } => again.increment(1),
            Settled::Dead { .. } | Settled::Gone { .. } => dead.increment(1),
        }
    }

    /// Moves recorded values into their buckets; without it they would pile up between two scrapes.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }

    pub(crate) fn refused(&self, code: &'static str) {
        let mut refused = self
            .refused
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let counter = refused.entry(code).or_insert_with(|| {
            let label = Label::new("code", code);
            self.recorder
                .register_counter(&Key::from_parts("utc_refused_total", vec![label]), &META)
        });
        counter.increment(1);
    }

    /// The page that Prometheus reads. Only configured units become labels: their number is bounded by people.
    pub(crate) fn render(&self, console: &Console) -> String {
        self.queue_depth
            .set(u32::try_from(console.journal().depth()).unwrap_or(u32::MAX));
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge is a float; a log of 2^53 receipts is far away"
        )]
        self.log_size.set(console.journal().size() as f64);
        for (unit, level) in console.configured_levels() {
            let label = Label::new("unit", unit.to_string());
            let gauge = self
                .recorder
                .register_gauge(&Key::from_parts("utc_unit_level", vec![label]), &META);
            gauge.set(match level {
                ProtectionLevel::Permissive => 0.0,
                ProtectionLevel::RequireApproval => 1.0,
                ProtectionLevel::ReadOnly => 2.0,
            });
        }
        self.handle.render()
    }
}

fn unit_key(name: &'static str, unit: &UnitName, access: &'static str) -> Key {
    let labels = vec![
        Label::new("unit", unit.to_string()),
        Label::new("access", access),
    ];
    Key::from_parts(name, labels)
}

fn describe(recorder: &PrometheusRecorder) {
    let counter = |name: &'static str, text: &'static str| {
        recorder.describe_counter(name.into(), None, text.into());
    };
    let gauge = |name: &'static str, text: &'static str| {
        recorder.describe_gauge(name.into(), None, text.into());
    };
    let histogram = |name: &'static str, text: &'static str| {
        recorder.describe_histogram(name.into(), None, text.into());
    };
    counter("utc_decisions_total", "Answered decisions by outcome.");
    counter(
        "utc_refused_total",
        "Requests answered with a problem document, by its code.",
    );
    counter(
        "utc_deliveries_total",
        "Attempts to send a notice to a webhook, by result: delivered, again (will be tried again), dead (given up).",
    );
    counter(
        "utc_signals_total",
        "Events by adapter and result: accepted, repeated, conflict; deliveries that were not taken by why.",
    );
    gauge(
        "utc_risky_units",
        "Units that are risky, by a person's mark or by trust signals.",
    );
    gauge("utc_outbox_pending", "Notices that wait to be sent.");
    histogram(
        "utc_decision_seconds",
        "From reading the request to its receipt being on disk.",
    );
    histogram(
        "utc_journal_batch_jobs",
        "Jobs in one committed transaction.",
    );
    histogram(
        "utc_journal_commit_seconds",
        "From begin to commit of one transaction.",
    );
    counter(
        "utc_gateway_requests_total",
        "Requests sent to a unit's upstream.",
    );
    histogram(
        "utc_gateway_service_seconds",
        "From a request's last piece to its answer's first byte; requests without an answer are left out.",
    );
    gauge(
        "utc_gateway_in_flight",
        "Requests that waited for a unit's answer when the last one was sent.",
    );
    gauge("utc_journal_queue_depth", "Jobs that wait for the writer.");
    gauge(
        "utc_log_size",
        "Receipts in the log after the last batch of this server.",
    );
    gauge(
        "utc_unit_forecast_rho",
        "Utilisation that a configured unit's forecast expects; not a number while it cannot tell.",
    );
    gauge(
        "utc_unit_forecast_precision",
        "Share of a forecast's warnings that came true, lately; not a number under the classic controller.",
    );
    gauge(
        "utc_unit_forecast_gate_open",
        "Whether a forecast may act: 1 or 0; not a number under the classic controller.",
    );
    gauge(
        "utc_unit_stale",
        "Whether nothing is heard of a configured unit any more and its level is held: 1 or 0.",
    );
    gauge(
        "utc_unit_level",
        "Level in force of a configured unit: 0 permissive, 1 require_approval, 2 read_only.",
    );
}
