//! A console with webhooks and senders that send to them.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use utc_app::engine::Location;
use utc_app::{
    Console, DeliveryView, NewWebhook, Options, Parcel, RuleChange, Settled, SystemClock,
};
use utc_domain::{
    Clock, DeliveryState, NoticeFormat, NoticeKinds, Rule, Scope, Subject, Timestamp, WebhookId,
};
use utc_notify::{Courier, Observer, Sender};
use utc_outbound::OutboundPolicy;
use utc_test_support::TempDir;
use utc_test_support::postgres::{PostgresDatabase, fresh_database};

/// The system's clock, which can be moved on.
#[derive(Default)]
pub(crate) struct MovedClock(AtomicI64);

impl MovedClock {
    pub(crate) fn move_on(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_micros(self.0.load(Ordering::SeqCst))
    }
}

/// What the sender's observer has heard.
#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<Settled>>);

impl Heard {
    pub(crate) fn all(&self) -> Vec<Settled> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Heard {
    fn attempted(&self, settled: &Settled) {
        self.0.lock().unwrap().push(settled.clone());
    }
}

pub(crate) struct Stage {
    pub(crate) console: Arc<Console>,
    pub(crate) clock: Arc<MovedClock>,
    pub(crate) heard: Arc<Heard>,
    options: Options,
    _folder: TempDir,
    _cluster: Option<PostgresDatabase>,
}

impl Stage {
    pub(crate) fn sqlite() -> Self {
        let folder = TempDir::new();
        let location = Location::Sqlite(folder.path().join("utc.db"));
        Self::on(location, folder, None)
    }

    pub(crate) fn postgres() -> Self {
        let cluster = fresh_database();
        let location = Location::Postgres(cluster.url().to_owned());
        Self::on(location, TempDir::new(), Some(cluster))
    }

    fn on(location: Location, folder: TempDir, cluster: Option<PostgresDatabase>) -> Self {
        let clock = Arc::new(MovedClock::default());
        let options = Options {
            secret: Some("only for tests: 32 characters and more".to_owned()),
            data_dir: folder.path().to_owned(),
            public_url: Some("https://trust.example".to_owned()),
            clock: Arc::clone(&clock) as _,
            ..Options::new(location)
        };
        Self {
            console: Arc::new(Console::with(options.clone()).unwrap()),
            clock,
            heard: Arc::default(),
            options,
            _folder: folder,
            _cluster: cluster,
        }
    }

    /// Another server on the same database.
    pub(crate) fn beside(&self) -> Arc<Console> {
        Arc::new(Console::with(self.options.clone()).unwrap())
    }

    pub(crate) fn send(&self, courier: Courier) -> Sender {
        self.send_from(&self.console, courier)
    }

    pub(crate) fn send_from(&self, console: &Arc<Console>, courier: Courier) -> Sender {
        utc_notify::start(Arc::clone(console), courier, self.heard.clone()).unwrap()
    }

    /// A webhook and, where there is one, its secret as it is shown.
    pub(crate) fn webhook(&self, url: &str, format: NoticeFormat) -> (WebhookId, Option<String>) {
        let new = NewWebhook {
            name: url.split('?').next().unwrap().parse().unwrap(),
            url: url.parse().unwrap(),
            format,
            events: NoticeKinds::all(),
            units: Scope::All,
        };
        let made = self.console.create_webhook(actor(), new).wait().unwrap();
        let secret = made.secret.map(|secret| secret.to_string());
        (made.view.id, secret)
    }

    pub(crate) fn standard(&self, url: &str) -> WebhookId {
        self.webhook(url, NoticeFormat::Standard).0
    }

    /// Something to tell.
    pub(crate) fn tell(&self) {
        let change = RuleChange {
            rule: Rule::ReadOnlyForRisky,
            enabled: true,
            reason: None,
            actor: actor().into(),
        };
        self.console.set_rule(change).wait().unwrap();
    }

    pub(crate) fn deliveries(&self, webhook: WebhookId) -> Vec<DeliveryView> {
        let page = self.console.deliveries(webhook, None, None, 200);
        page.unwrap().items
    }

    /// The only delivery, once it is in this state after so many attempts.
    #[track_caller]
    pub(crate) fn wait_for(
        &self,
        webhook: WebhookId,
        state: DeliveryState,
        attempts: u32,
    ) -> DeliveryView {
        let patience = Instant::now();
        loop {
            let delivery = self.deliveries(webhook).pop().unwrap();
            // While it is due it is being sent, or will be at once.
            let due = delivery.next_at.is_some_and(|at| at <= self.clock.now());
            if delivery.state == state && delivery.attempts == attempts && !due {
                return delivery;
            }
            assert!(patience.elapsed() < Duration::from_mins(1), "{delivery:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A call that only tests.
    pub(crate) fn test_parcel(&self, webhook: WebhookId) -> Parcel {
        self.console.test_parcel(webhook).unwrap()
    }
}

pub(crate) fn actor() -> Subject {
    "user:<alice>".parse().unwrap()
}

/// As in development: this machine's receivers may be called.
pub(crate) fn courier() -> Courier {
    Courier::new(OutboundPolicy::default().allowing_loopback()).unwrap()
}

/// As in production, with nothing listed.
pub(crate) fn strict() -> Courier {
    Courier::new(OutboundPolicy::default()).unwrap()
}
