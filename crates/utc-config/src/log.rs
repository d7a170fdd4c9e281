//! What is logged and how.

use std::fmt;
use std::str::FromStr;

use crate::parse::word;
use crate::reader::{Noted, Reader};
use crate::{Refused, Variable};

const LEVEL: Variable = Variable::new(
    "LOG_LEVEL",
    "info",
    "`error`, `warn`, `info`, `debug` or `trace`.",
    |c| c.log.level.to_string(),
);
const FORMAT: Variable = Variable::new(
    "LOG_FORMAT",
    "text",
    "`text` for people or `json` for machines.",
    |c| c.log.format.to_string(),
);

pub(crate) const VARIABLES: &[Variable] = &[LEVEL, FORMAT];

/// The least important message that is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Failures only.
    Error,
    /// And what may become one.
    Warn,
    /// And what happens.
    Info,
    /// And how it happens.
    Debug,
    /// And every step.
    Trace,
}

impl LogLevel {
    const ALL: [Self; 5] = [
        Self::Error,
        Self::Warn,
        Self::Info,
        Self::Debug,
        Self::Trace,
    ];

    /// The name in the environment, and of the level in filters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl FromStr for LogLevel {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        word(text, &Self::ALL.map(|level| (level.as_str(), level)))
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The form of a line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

impl FromStr for LogFormat {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        word(text, &[("text", Self::Text), ("json", Self::Json)])
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

/// What is logged and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The least important message that is logged.
    pub level: LogLevel,
    /// The form of a line.
    pub format: LogFormat,
}

impl Log {
    pub(crate) fn from_env(reader: &mut Reader<'_>) -> Result<Self, Noted> {
        let level = reader.read(&LEVEL, str::parse);
        let format = reader.read(&FORMAT, str::parse);
        Ok(Self {
            level: level?,
            format: format?,
        })
    }
}
