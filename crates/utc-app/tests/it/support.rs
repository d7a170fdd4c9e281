//! A console on a database of its own.

use utc_app::engine::Location;
use utc_app::{Console, Options, Principal, Request, RuleChange};
use utc_domain::{Rule, Subject};
use utc_test_support::TempDir;

/// An installation that outlives its consoles.
pub(crate) struct Installation {
    pub(crate) folder: TempDir,
}

impl Installation {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new(),
        }
    }

    pub(crate) fn options(&self) -> Options {
        let secret = Some("only for tests: 32 characters and more".to_owned());
        Options {
            secret,
            ..Options::new(Location::Sqlite(self.folder.path().join("utc.db")))
        }
    }

    pub(crate) fn open(&self) -> Console {
        Console::with(self.options()).unwrap()
    }

    /// Puts another data key above those that are there, and gives them.
    pub(crate) fn rotate_data_key(&self) -> String {
        let old = std::fs::read_to_string(self.data_key_file()).unwrap();
        self.set_data_keys(&format!("{}\n{old}", "A".repeat(43)));
        old
    }

    /// Leaves the first data key alone.
    pub(crate) fn forget_old_data_keys(&self) {
        self.set_data_keys(&"A".repeat(43));
    }

    pub(crate) fn set_data_keys(&self, keys: &str) {
        std::fs::write(self.data_key_file(), keys).unwrap();
    }

    fn data_key_file(&self) -> std::path::PathBuf {
        self.folder.path().join("data.key")
    }
}

pub(crate) fn ask(action: &str, unit: &str) -> Request {
    Request::new(
        "agent-42".parse().unwrap(),
        action.parse().unwrap(),
        unit.parse().unwrap(),
    )
}

pub(crate) fn actor() -> Subject {
    "user:alice".parse().unwrap()
}

/// Whoever may run programs on the machine.
pub(crate) fn local() -> Principal {
    Principal::local(actor())
}

pub(crate) fn switch(rule: Rule, enabled: bool) -> RuleChange {
    RuleChange {
        rule,
        enabled,
        reason: None,
        actor: actor().into(),
    }
}
