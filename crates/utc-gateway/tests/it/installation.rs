//! A console with people, tokens and one unit behind a gateway, all of it real.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::runtime::Runtime;
use utc_app::engine::Location;
use utc_app::{
    ApprovalOptions, ApprovalView, Console, NewToken, Options as Engine, Principal, RuleChange,
    UnitConfig,
};
use utc_domain::{ApprovalId, Rule, Scope, Subject, VoteChoice};
use utc_gateway::held::{Executor, Runner};
use utc_gateway::{ConsolePorts, Upstreams};
use utc_test_support::postgres::{PostgresDatabase, fresh_database};
use utc_test_support::{Answer, TempDir, Upstream};

use crate::support::{Listener, Measured, Setup, client, patient, request_as};

pub(crate) const UNIT: &str = "payments-api";

/// Short, so that nobody waits long until a process that is gone counts as gone.
const LEASE: Duration = Duration::from_secs(3);

/// A database that outlives the consoles that use it.
pub(crate) struct Database {
    folder: TempDir,
    location: Location,
    pub(crate) approvals: ApprovalOptions,
    _cluster: Option<PostgresDatabase>,
}

pub(crate) fn sqlite() -> Database {
    let folder = TempDir::new();
    Database {
        location: Location::Sqlite(folder.path().join("utc.db")),
        approvals: ApprovalOptions::STANDARD,
        folder,
        _cluster: None,
    }
}

pub(crate) fn postgres() -> Database {
    let cluster = fresh_database();
    Database {
        location: Location::Postgres(cluster.url().to_owned()),
        approvals: ApprovalOptions::STANDARD,
        folder: TempDir::new(),
        _cluster: Some(cluster),
    }
}

impl Database {
    pub(crate) fn open(&self) -> Arc<Console> {
        let options = Engine {
            secret: Some("only for tests: 32 characters and more".to_owned()),
            data_dir: self.folder.path().to_owned(),
            approvals: self.approvals,
            execution_lease: LEASE,
            ..Engine::new(self.location.clone())
        };
        Arc::new(Console::with(options).unwrap())
    }

    /// Every byte of the database's files.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let files = files.map(|file| file.unwrap().path());
        let files = files.filter(|file| file.to_string_lossy().contains("utc.db"));
        files
            .flat_map(|file| std::fs::read(file).unwrap())
            .collect()
    }
}

pub(crate) struct Installation {
    pub(crate) database: Database,
    pub(crate) console: Arc<Console>,
    pub(crate) gateway: Listener,
    pub(crate) token: String,
}

pub(crate) fn actor() -> Subject {
    "user:alice".parse().unwrap()
}

impl Installation {
    /// In front of `upstream`; its writes need approval.
    pub(crate) fn new(database: Database, upstream: &Upstream) -> Self {
        let console = database.open();
        let origin = upstream.origin();
        configure(&console, move |config| {
            config.upstream = Some(origin.clone());
        });
        let token = new_token(&console, "agent", "decider");
        let installation = Self {
            gateway: gateway(&console),
            token,
            console,
            database,
        };
        installation.switch(true);
        installation
    }

    pub(crate) fn switch(&self, enabled: bool) {
        let change = RuleChange {
            rule: Rule::WritesRequireApproval,
            enabled,
            reason: None,
            actor: actor().into(),
        };
        self.console.set_rule(change).wait().unwrap();
    }

    pub(crate) fn configure(&self, change: impl Fn(&mut UnitConfig) + Send + 'static) {
        configure(&self.console, change);
    }

    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let target = format!("/gateway/{UNIT}{path}");
        let request = request_as(&self.token, method, &target, headers, body);
        self.gateway.raw(request).unwrap()
    }

    /// A write that waits.
    pub(crate) fn hold(&self) -> ApprovalId {
        let headers = [("Authorization", "Bearer upstream-secret")];
        let answer = self.call("POST", "/v1/transfers?dry=0", &headers, b"{\"amount\":7}");
        let problem = answer.problem(409, "approval_required");
        problem["approval_id"].as_str().unwrap().parse().unwrap()
    }

    pub(crate) fn vote(&self, id: ApprovalId, choice: VoteChoice) {
        let token = new_token(&self.console, &format!("for {id}"), "approver");
        let voter = self.console.token(&token).unwrap().unwrap();
        self.console.vote(&voter, id, choice, None).wait().unwrap();
    }

    pub(crate) fn approved(&self) -> ApprovalId {
        let id = self.hold();
        self.vote(id, VoteChoice::Approve);
        id
    }

    pub(crate) fn agent(&self) -> Arc<Principal> {
        self.console.token(&self.token).unwrap().unwrap()
    }

    pub(crate) fn view(&self, id: ApprovalId) -> ApprovalView {
        let local = Arc::new(Principal::local(actor()));
        self.console.approval(&local, id).unwrap()
    }

    pub(crate) fn executor(&self) -> Executor {
        let ports = ConsolePorts::new(Arc::clone(&self.console));
        let upstreams = Upstreams::new(client(patient()), Arc::new(Measured::default()));
        Executor::new(Arc::new(ports), Arc::new(upstreams))
    }

    pub(crate) fn execute(&self, id: ApprovalId) -> bool {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(self.executor().execute(id)).unwrap()
    }

    /// The same for what may be erased by now.
    pub(crate) fn execute_again(&self, id: ApprovalId) -> bool {
        let runtime = Runtime::new().unwrap();
        let sent = runtime.block_on(self.executor().execute(id));
        sent.unwrap_or(false)
    }

    /// Lets what is approved be sent while `work` is done.
    pub(crate) fn while_running(&self, work: impl FnOnce()) {
        let runner = Runner::new(self.executor());
        let runtime = Runtime::new().unwrap();
        let running = runner.clone();
        let task = runtime.spawn(async move { running.run().await });
        work();
        runner.stop();
        runtime.block_on(task).unwrap();
    }

    /// The same database, opened by another process after this one was gone.
    pub(crate) fn after_a_crash(self) -> Self {
        let Self {
            database,
            console,
            gateway,
            token,
        } = self;
        drop((gateway, console));
        let console = database.open();
        Self {
            gateway: self::gateway(&console),
            database,
            console,
            token,
        }
    }

    /// Every receipt is right.
    #[track_caller]
    pub(crate) fn check_log(&self) {
        let report = self.console.audit_log(|_, _| {}).unwrap();
        assert!(report.valid(), "{:?}", report.faults);
    }

    /// The codes of all receipts, oldest first.
    pub(crate) fn codes(&self) -> Vec<String> {
        let filter = utc_app::Filter::default();
        let local = Principal::local(actor());
        let page = self.console.receipts(&local, &filter, 200).unwrap();
        let receipts = page.items.iter().rev();
        receipts.map(|stored| code(&stored.receipt)).collect()
    }
}

fn code(receipt: &str) -> String {
    let payload = receipt.split('.').nth(1).unwrap();
    let payload = URL_SAFE_NO_PAD.decode(payload).unwrap();
    let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    payload["code"].as_str().unwrap().to_owned()
}

fn gateway(console: &Arc<Console>) -> Listener {
    let ports = ConsolePorts::new(Arc::clone(console));
    Listener::start(Arc::new(ports), Setup::usual())
}

fn configure(console: &Console, change: impl Fn(&mut UnitConfig) + Send + 'static) {
    let update = move |before: Option<&UnitConfig>| {
        let mut config = before.cloned().unwrap_or_else(UnitConfig::unconfigured);
        change(&mut config);
        Ok(config)
    };
    let unit = UNIT.parse().unwrap();
    let done = console.configure_unit(unit, actor(), Box::new(update));
    done.wait().unwrap();
}

pub(crate) fn new_token(console: &Console, name: &str, roles: &str) -> String {
    let new = NewToken {
        name: name.parse().unwrap(),
        roles: roles.parse().unwrap(),
        subjects: Scope::of(vec!["agent-7".parse().unwrap()]).unwrap(),
        units: Scope::All,
        owner: None,
        expires_at: None,
    };
    let created = console.create_token(actor(), new).wait().unwrap();
    created.token.to_string()
}
