//! The whole configuration.

use crate::reader::{Noted, Reader};
use crate::unknown::unknown_names;
use crate::{
    AppEnv, Approvals, ConfigErrors, DatabaseUrl, Files, Gateway, Installation, Keys, Log, Problem,
    Queueing, RateLimit, Server, Tdx, Vars, database, server,
};

/// The whole configuration, checked: a value that exists is usable.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the program listens and what kind of installation it is.
    pub server: Server,
    /// The secrets that sign and check receipts.
    pub keys: Keys,
    /// Where the database is.
    pub database: DatabaseUrl,
    /// The files beside the database.
    pub files: Files,
    /// How load is measured and when the protection level follows it.
    pub queueing: Queueing,
    /// How long approvals live and how many may wait.
    pub approvals: Approvals,
    /// When trust signals are scored.
    pub tdx: Tdx,
    /// What this installation is called and what it lets in and out.
    pub installation: Installation,
    /// What the gateway takes.
    pub gateway: Gateway,
    /// How many requests a second are answered.
    pub rate_limit: RateLimit,
    /// What is logged and how.
    pub log: Log,
}

impl Config {
    /// Checks every variable, and names all that is wrong at once.
    pub fn from_vars(vars: &Vars) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::new(vars);
        let config = Self::from_env(&mut reader);
        let mut problems = reader.into_problems();
        problems.extend(unknown_names(vars));
        match config {
            Ok(config) if problems.is_empty() => Ok(config),
            Ok(_) | Err(Noted) => Err(ConfigErrors::new(problems)),
        }
    }

    /// The same configuration over a database and files of the demonstration's own.
    ///
    /// Nothing real is touched: not the database, not the keys, not the guard, not the sink.
    pub fn with_demo_database(mut self) -> Result<Self, ConfigErrors> {
        if self.server.env == AppEnv::Production {
            return Err(Problem::DemoInProduction.into());
        }
        let path = self.files.data_dir.join("demo.db");
        self.database = DatabaseUrl::Sqlite { path };
        self.files = self.files.for_demo();
        self.installation.checkpoint_sink = None;
        Ok(self)
    }

    fn from_env(reader: &mut Reader<'_>) -> Result<Self, Noted> {
        let env = reader.read(&server::ENV, str::parse);
        // A wrong `APP_ENV` is noted; what else it would have tightened shows at the next start.
        let assumed = env.unwrap_or(AppEnv::Development);
        let server = Server::from_env(reader, assumed);
        let keys = Keys::from_env(reader, assumed);
        let database = reader.read(&database::URL, str::parse);
        let files = Files::from_env(reader, assumed);
        let queueing = Queueing::from_env(reader);
        let approvals = Approvals::from_env(reader);
        let tdx = Tdx::from_env(reader);
        let installation = Installation::from_env(reader, assumed);
        let gateway = Gateway::from_env(reader);
        let rate_limit = RateLimit::from_env(reader);
        let log = Log::from_env(reader);
        Ok(Self {
            server: server?,
            keys: keys?,
            database: database?,
            files: files?,
            queueing: queueing?,
            approvals: approvals?,
            tdx: tdx?,
            installation: installation?,
            gateway: gateway?,
            rate_limit: rate_limit?,
            log: log?,
        })
    }
}
