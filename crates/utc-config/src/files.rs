//! The files that the program keeps beside the database.

use std::path::PathBuf;

use crate::parse::path;
use crate::reader::{Noted, Reader};
use crate::{AppEnv, Refused, Variable};

const DATA_DIR: Variable = Variable::new(
    "UTC_DATA_DIR",
    "./data",
    "Folder of the keys and of the guard, made at the first start for its owner only.",
    |c| c.files.data_dir.display().to_string(),
);
const LOG_KEY: Variable = Variable::new(
    "UTC_LOG_KEY_FILE",
    "./data/log.key",
    "Key that signs checkpoints of the log; without a value `log.key` in the folder.",
    |c| c.files.log_key_file.display().to_string(),
);
const DATA_KEY: Variable = Variable::new(
    "UTC_DATA_KEY_FILE",
    "./data/data.key",
    "Keys that hash tokens and seal stored secrets; without a value `data.key` in the folder.",
    |c| c.files.data_key_file.display().to_string(),
);
const GUARD: Variable = Variable::new(
    "UTC_GUARD_FILE",
    "./data/guard.json",
    "Remembers the log's head outside the database; without a value `guard.json` in the folder.",
    |c| c.files.guard_file.display().to_string(),
);
const TEMPLATES_DIR: Variable = Variable::new(
    "UTC_TEMPLATES_DIR",
    "",
    "For development: read the console's templates from this folder at each request.",
    |c| {
        let dir = c.files.templates_dir.as_ref();
        dir.map(|dir| dir.display().to_string()).unwrap_or_default()
    },
);

pub(crate) const VARIABLES: &[Variable] = &[DATA_DIR, LOG_KEY, DATA_KEY, GUARD, TEMPLATES_DIR];

/// The files that the program keeps beside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The folder that the others are in by default.
    pub data_dir: PathBuf,
    /// The key that signs checkpoints.
    pub log_key_file: PathBuf,
    /// The keys that hash tokens and seal stored secrets.
    pub data_key_file: PathBuf,
    /// What remembers the log's head outside the database.
    pub guard_file: PathBuf,
    /// Where templates are read from at each request; compiled in when `None`.
    pub templates_dir: Option<PathBuf>,
}

impl Files {
    pub(crate) fn from_env(reader: &mut Reader<'_>, env: AppEnv) -> Result<Self, Noted> {
        let data_dir = reader.read(&DATA_DIR, path)?;
        let log_key_file = reader.optional(&LOG_KEY, path)?;
        let data_key_file = reader.optional(&DATA_KEY, path)?;
        let guard_file = reader.optional(&GUARD, path)?;
        let templates_dir = reader.optional(&TEMPLATES_DIR, |text| templates(text, env))?;
        let inside = |name: &str| data_dir.join(name);
        Ok(Self {
            log_key_file: log_key_file.unwrap_or_else(|| inside("log.key")),
            data_key_file: data_key_file.unwrap_or_else(|| inside("data.key")),
            guard_file: guard_file.unwrap_or_else(|| inside("guard.json")),
            templates_dir,
            data_dir,
        })
    }

    /// The same folder with files of the demonstration's own.
    ///
    /// A demonstration begins with an empty log: the real guard would take that for a loss, and the
    /// real key must not sign two different logs.
    pub(crate) fn for_demo(self) -> Self {
        let inside = |name: &str| self.data_dir.join(name);
        Self {
            log_key_file: inside("demo-log.key"),
            data_key_file: inside("demo-data.key"),
            guard_file: inside("demo-guard.json"),
            ..self
        }
    }
}

/// Whoever can write there could change what people see and enter.
fn templates(text: &str, env: AppEnv) -> Result<PathBuf, Refused> {
    match env {
        AppEnv::Production => Err(Refused::new("must not be set in production")),
        AppEnv::Development | AppEnv::Testing => path(text),
    }
}
