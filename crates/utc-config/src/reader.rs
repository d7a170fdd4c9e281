//! Reads variables and collects what is wrong with them.

use crate::{Problem, Refused, Variable, Vars};

/// The mark of a value that was refused; the reader has noted why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Noted;

/// Reads values, and notes every problem instead of stopping at the first.
pub(crate) struct Reader<'a> {
    vars: &'a Vars,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(vars: &'a Vars) -> Self {
        Self {
            vars,
            problems: Vec::new(),
        }
    }

    /// The value, or the default of the table.
    pub(crate) fn read<T>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Result<T, Noted> {
        self.read_or(variable, variable.default(), parse)
    }

    /// The value, or a default that depends on other variables.
    pub(crate) fn read_or<T>(
        &mut self,
        variable: &Variable,
        default: &str,
        parse: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Result<T, Noted> {
        let value = self.trimmed(variable).unwrap_or(default);
        parse(value).map_err(|why| self.refuse(variable, value, why))
    }

    /// The value, or `None` when it is not set.
    pub(crate) fn optional<T>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Result<Option<T>, Noted> {
        match self.trimmed(variable) {
            Some(value) => match parse(value) {
                Ok(parsed) => Ok(Some(parsed)),
                Err(why) => Err(self.refuse(variable, value, why)),
            },
            None => Ok(None),
        }
    }

    /// The value without spaces around it; nothing but spaces is not set.
    fn trimmed(&self, variable: &Variable) -> Option<&'a str> {
        let value = self.raw(variable).map(str::trim);
        value.filter(|value| !value.is_empty())
    }

    /// The value with every byte that it was given, for secrets.
    pub(crate) fn raw(&self, variable: &Variable) -> Option<&'a str> {
        self.vars.get(variable.name())
    }

    /// Notes that a value cannot be used.
    pub(crate) fn refuse(&mut self, variable: &Variable, value: &str, why: Refused) -> Noted {
        let name = variable.name();
        self.note(match variable.shown(value) {
            Some(value) => Problem::Value { name, value, why },
            None => Problem::Secret { name, why },
        })
    }

    pub(crate) fn note(&mut self, problem: Problem) -> Noted {
        self.problems.push(problem);
        Noted
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}
