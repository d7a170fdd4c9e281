//! Where variables come from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use crate::env_file;
use crate::{ConfigErrors, Problem, variable};

/// The variables, taken once; nothing reads the environment after that.
///
/// Any of them may be a secret, so `Debug` shows names only. An empty value counts as not set.
#[derive(Debug, Clone, Default)]
pub struct Vars {
    values: BTreeMap<String, SecretString>,
}

impl Vars {
    /// The environment of this process, and behind it the file, where the environment wins.
    ///
    /// A file that does not exist is an empty one. The process environment stays as it is.
    pub fn from_process(env_file: Option<&Path>) -> Result<Self, ConfigErrors> {
        // Not `vars`: that panics when any variable of any program is not Unicode.
        let environment = Self::from_os(std::env::vars_os())?;
        let file = match env_file {
            Some(path) => env_file::read(path)?,
            None => Vec::new(),
        };
        Ok(environment.or(Self::from_pairs(file)))
    }

    /// The given pairs; of two with the same name the later one counts.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let values = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, SecretString::from(value)))
            .collect();
        Self { values }
    }

    fn from_os(
        pairs: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigErrors> {
        let mut texts = Vec::new();
        let mut problems = Vec::new();
        // A name that is not Unicode is none of ours.
        for (name, value) in pairs {
            let Ok(name) = name.into_string() else {
                continue;
            };
            match (value.into_string(), variable::find(&name)) {
                (Ok(value), _) => texts.push((name, value)),
                (Err(_), Some(known)) => problems.push(Problem::NotText { name: known.name() }),
                (Err(_), None) => {}
            }
        }
        if problems.is_empty() {
            Ok(Self::from_pairs(texts))
        } else {
            Err(ConfigErrors::new(problems))
        }
    }

    fn or(mut self, behind: Self) -> Self {
        for (name, value) in behind.values {
            self.values.entry(name).or_insert(value);
        }
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(SecretString::expose_secret)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_wins_over_the_file_and_an_empty_value_does_not_count() {
        let environment = Vars::from_pairs([("APP_PORT", "1"), ("UTC_ISSUER", "")]);
        let file = Vars::from_pairs([("APP_PORT", "2"), ("UTC_ISSUER", "x"), ("LOG_LEVEL", "")]);
        let vars = environment.or(file);
        assert_eq!(vars.get("APP_PORT"), Some("1"));
        assert_eq!(vars.get("UTC_ISSUER"), Some("x"));
        assert_eq!(vars.get("LOG_LEVEL"), None);
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let vars = Vars::from_pairs([("HMAC_SECRET", "hunter2-hunter2")]);
        let text = format!("{vars:?}");
        assert!(text.contains("HMAC_SECRET"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn only_our_own_variables_must_be_text() {
        use std::os::unix::ffi::OsStringExt;
        let odd = || OsString::from_vec(vec![0xff]);
        assert!(Vars::from_os([("TERM_X".into(), odd()), (odd(), "1".into())]).is_ok());
        let refused = Vars::from_os([("APP_PORT".into(), odd())]).unwrap_err();
        let expected = [Problem::NotText { name: "APP_PORT" }];
        assert_eq!(refused.problems(), expected);
    }
}
