//! A console whose writes need approval, an agent that asks, and people who approve.

use std::sync::Arc;

use utc_app::engine::Location;
use utc_app::{
    Answer, AppError, ApprovalOptions, ApprovalView, Console, NewToken, NewUser, Options,
    Principal, Request, UnitConfig, Voted,
};
use utc_domain::{ApprovalId, ApprovalStatus, Decision, Rule, Scope, VoteChoice};
use utc_test_support::TempDir;
use utc_test_support::postgres::{PostgresDatabase, fresh_database, sql};

use crate::support::{actor, ask, local, switch};

const PASSWORD: &str = "correct horse battery staple";

/// A database of its own, and what keeps it alive.
pub(crate) struct Database {
    folder: TempDir,
    location: Location,
    _cluster: Option<PostgresDatabase>,
}

pub(crate) fn sqlite() -> Database {
    let folder = TempDir::new();
    Database {
        location: Location::Sqlite(folder.path().join("utc.db")),
        folder,
        _cluster: None,
    }
}

pub(crate) fn postgres() -> Database {
    let cluster = fresh_database();
    Database {
        location: Location::Postgres(cluster.url().to_owned()),
        folder: TempDir::new(),
        _cluster: Some(cluster),
    }
}

impl Database {
    pub(crate) fn options(&self) -> Options {
        Options {
            secret: Some("only for tests: 32 characters and more".to_owned()),
            data_dir: self.folder.path().to_owned(),
            tick: std::time::Duration::from_millis(20),
            ..Options::new(self.location.clone())
        }
    }

    pub(crate) fn open(&self) -> Console {
        Console::with(self.options()).unwrap()
    }

    /// Runs a statement in PostgreSQL behind every console's back.
    pub(crate) fn execute(&self, statement: &str) {
        let Location::Postgres(url) = &self.location else {
            panic!("only in PostgreSQL");
        };
        sql(url, statement);
    }

    pub(crate) fn open_with(&self, approvals: ApprovalOptions) -> Console {
        let options = Options {
            approvals,
            ..self.options()
        };
        Console::with(options).unwrap()
    }
}

/// A console whose writes need approval.
pub(crate) struct Stage {
    // Before its database, which it would look for in vain.
    pub(crate) console: Console,
    /// Asks for `agent-*`.
    pub(crate) agent: Arc<Principal>,
    pub(crate) database: Database,
}

impl Stage {
    pub(crate) fn new(database: Database) -> Self {
        let console = database.open();
        Self::on(database, console)
    }

    pub(crate) fn with(approvals: ApprovalOptions) -> Self {
        let database = sqlite();
        let console = database.open_with(approvals);
        Self::on(database, console)
    }

    pub(crate) fn on(database: Database, console: Console) -> Self {
        let rule = switch(Rule::WritesRequireApproval, true);
        console.set_rule(rule).wait().unwrap();
        let agent = token(&console, "agent", "decider", None);
        Self {
            console,
            agent,
            database,
        }
    }

    /// An approver whom nobody owns: a person of its own.
    pub(crate) fn approver(&self, name: &str) -> Arc<Principal> {
        token(&self.console, name, "approver", None)
    }

    pub(crate) fn ask(&self, request: Request) -> Result<Answer, AppError> {
        self.console.submit_as(&self.agent, request).wait()
    }

    /// A request that waits.
    #[track_caller]
    pub(crate) fn hold(&self, action: &str) -> ApprovalId {
        let answer = self.ask(ask(action, "payments")).unwrap();
        assert_eq!(answer.decision, Decision::RequireApproval, "{answer:?}");
        answer.approval.unwrap().id
    }

    /// The same request with its approval.
    pub(crate) fn present(&self, action: &str, id: ApprovalId) -> Answer {
        self.ask(with(id, ask(action, "payments"))).unwrap()
    }

    pub(crate) fn vote(
        &self,
        by: &Arc<Principal>,
        id: ApprovalId,
        choice: VoteChoice,
    ) -> Result<Voted, AppError> {
        self.console.vote(by, id, choice, None).wait()
    }

    /// A request that was approved.
    pub(crate) fn approved(&self, action: &str) -> ApprovalId {
        let id = self.hold(action);
        let approver = self.approver(&format!("for {action}"));
        let voted = self.vote(&approver, id, VoteChoice::Approve).unwrap();
        assert_eq!(voted.status, ApprovalStatus::Approved);
        id
    }

    pub(crate) fn view(&self, id: ApprovalId) -> ApprovalView {
        self.console.approval(&Arc::new(local()), id).unwrap()
    }

    pub(crate) fn status(&self, id: ApprovalId) -> ApprovalStatus {
        self.view(id).status
    }

    pub(crate) fn size(&self) -> u64 {
        self.console.head().unwrap().unwrap().size
    }

    pub(crate) fn configure(&self, unit: &str, change: impl Fn(&mut UnitConfig) + Send + 'static) {
        let update = move |before: Option<&UnitConfig>| {
            let mut config = before.cloned().unwrap_or_else(UnitConfig::unconfigured);
            change(&mut config);
            Ok(config)
        };
        let unit = unit.parse().unwrap();
        self.console
            .configure_unit(unit, actor(), Box::new(update))
            .wait()
            .unwrap();
    }

    /// Every receipt is right, and approvals and receipts agree about each other.
    #[track_caller]
    pub(crate) fn check_log(&self) {
        let report = self.console.audit_log(|_, _| {}).unwrap();
        assert!(report.valid(), "{:?}", report.faults);
    }
}

pub(crate) fn with(id: ApprovalId, request: Request) -> Request {
    Request {
        approval_id: Some(id),
        ..request
    }
}

pub(crate) fn token(
    console: &Console,
    name: &str,
    roles: &str,
    owner: Option<&str>,
) -> Arc<Principal> {
    token_on(console, name, roles, owner, Scope::All)
}

pub(crate) fn token_on(
    console: &Console,
    name: &str,
    roles: &str,
    owner: Option<&str>,
    units: Scope,
) -> Arc<Principal> {
    let new = NewToken {
        name: name.parse().unwrap(),
        roles: roles.parse().unwrap(),
        subjects: scope(&["agent-*"]),
        units,
        owner: owner.map(|name| name.parse().unwrap()),
        expires_at: None,
    };
    let created = console.create_token(actor(), new).wait().unwrap();
    console.token(&created.token).unwrap().unwrap()
}

pub(crate) fn scope(patterns: &[&str]) -> Scope {
    Scope::of(patterns.iter().map(|text| text.parse().unwrap()).collect()).unwrap()
}

/// A person who is signed in.
pub(crate) fn person(console: &Console, name: &str, roles: &str) -> Arc<Principal> {
    let new = NewUser {
        name: name.parse().unwrap(),
        roles: roles.parse().unwrap(),
        units: Scope::All,
    };
    console.create_user(actor(), new, PASSWORD).wait().unwrap();
    console.sign_in(name, PASSWORD).unwrap().signed_in.principal
}

#[track_caller]
pub(crate) fn check_conflict<T>(result: Result<T, AppError>, expected: &str) {
    match result {
        Err(AppError::Conflict { code, .. }) => assert_eq!(code, expected),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("must be refused: {expected}"),
    }
}

#[track_caller]
pub(crate) fn check_unseen<T>(result: Result<T, AppError>) {
    assert!(matches!(
        result.err(),
        Some(AppError::NotFound {
            what: "approval",
            ..
        })
    ));
}
