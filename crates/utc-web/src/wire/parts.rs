//! Reading members, collecting everything that is wrong.

use std::fmt::Display;
use std::str::FromStr;

use utc_app::FieldError;

use crate::problem::Problem;

/// Collects what is wrong with a body while its members are read.
#[derive(Default)]
pub(crate) struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads a member that must be there.
    pub(crate) fn read<T>(&mut self, pointer: &str, text: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        text.parse()
            .map_err(|error: T::Err| self.error(pointer, error.to_string()))
            .ok()
    }

    /// Reads a member that may be absent.
    pub(crate) fn read_optional<T>(&mut self, pointer: &str, text: Option<&str>) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        text.and_then(|text| self.read(pointer, text))
    }

    /// Notes something that is wrong.
    pub(crate) fn error(&mut self, pointer: &str, message: impl Into<String>) {
        self.errors.push(FieldError::new(pointer, message));
    }

    /// Everything that is wrong.
    pub(crate) fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }

    /// The problem document; none when nothing is wrong.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Problem::invalid(self.errors))
        }
    }

    /// The value, or the problem document. A missing value has left an error behind.
    pub(crate) fn finish_with<T>(self, value: Option<T>) -> Result<T, Problem> {
        self.finish()?;
        value.ok_or_else(|| Problem::field("", "not valid"))
    }
}
