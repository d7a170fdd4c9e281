//! What is wrong with a configuration, said so that it can be put right.

use std::fmt;

/// Why a value was refused: what it must be, or what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

impl Refused {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A variable has a value that cannot be used.
    #[error("`{name}` is `{}`: {why}", value.escape_debug())]
    Value {
        /// The variable.
        name: &'static str,
        /// What it is set to, or its default.
        value: String,
        /// What it must be.
        why: Refused,
    },
    /// A secret variable has a value that cannot be used; the value is not kept here.
    #[error("`{name}` (its value is not shown) {why}")]
    Secret {
        /// The variable.
        name: &'static str,
        /// What it must be.
        why: Refused,
    },
    /// A variable is needed and not set.
    #[error("`{name}` is not set: {why}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What it must be.
        why: Refused,
    },
    /// A name under one of our prefixes that is no variable of this version.
    ///
    /// Its value is not kept: a mistyped name may well hold a secret.
    #[error("`{name}` is not a variable of this version: {}", advice(*nearest))]
    Unknown {
        /// The name found.
        name: String,
        /// A known name that differs by a few letters.
        nearest: Option<&'static str>,
    },
    /// The value of a variable is not text.
    #[error("`{name}` is not valid UTF-8: write it as text")]
    NotText {
        /// The variable.
        name: &'static str,
    },
    /// A line of the file of variables is not an assignment.
    ///
    /// The line itself is not kept: it may hold a secret.
    #[error(
        "line {line} of `{file}` cannot be read: write `NAME=value`, and put a value with spaces, `#` or `$` in single quotes"
    )]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// The file of variables sets one variable twice.
    #[error("`{name}` is set twice in `{file}`: keep one of the two lines")]
    Twice {
        /// The variable.
        name: String,
        /// The file.
        file: String,
    },
    /// The file of variables cannot be read.
    #[error(
        "`{file}` cannot be read ({kind}): check that it is a file of UTF-8 text and its permissions"
    )]
    File {
        /// The file.
        file: String,
        /// What the operating system said.
        kind: std::io::ErrorKind,
    },
    /// The demonstration was asked for in production.
    #[error(
        "the demonstration is refused with `APP_ENV=production`: start it with `APP_ENV=development`"
    )]
    DemoInProduction,
}

fn advice(nearest: Option<&str>) -> String {
    match nearest {
        Some(name) => format!("did you mean `{name}`?"),
        None => "remove it".to_owned(),
    }
}

/// Everything that is wrong with a configuration.
///
/// The text has one line for each problem, so that one start is enough to see them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    problems: Vec<Problem>,
}

impl ConfigErrors {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// The problems, in the order in which the variables are read.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl std::error::Error for ConfigErrors {}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        self.problems
            .iter()
            .try_for_each(|problem| write!(f, "\n- {problem}"))
    }
}

impl From<Problem> for ConfigErrors {
    fn from(problem: Problem) -> Self {
        Self::new(vec![problem])
    }
}
