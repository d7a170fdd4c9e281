//! Collecting checks.

use super::{Check, CheckName, Outcome};

/// The checks so far. After the first that fails nothing is checked any more.
#[derive(Default)]
pub(super) struct Report(Vec<Check>);

impl Report {
    /// Notes how a check came out. Yields its value if it holds.
    pub(super) fn step<T>(
        &mut self,
        name: CheckName,
        result: Result<T, String>,
        detail: &str,
    ) -> Option<T> {
        match result {
            Ok(value) => {
                self.note(name, Outcome::Ok, detail.to_owned());
                Some(value)
            }
            Err(why) => {
                self.note(name, Outcome::Failed, why);
                None
            }
        }
    }

    /// All checks of `names`, in that order; those that were not reached say why.
    pub(super) fn finish(self, names: &[CheckName]) -> Vec<Check> {
        let failed = self.0.iter().find(|check| check.outcome == Outcome::Failed);
        let why = match failed {
            Some(check) => format!("not reached, because `{}` failed", check.name),
            None => "not reached".to_owned(),
        };
        let missing = |name| Check {
            name,
            outcome: Outcome::NotChecked,
            detail: why.clone(),
        };
        let find = |name| self.0.iter().find(|check| check.name == name).cloned();
        names
            .iter()
            .map(|&name| find(name).unwrap_or_else(|| missing(name)))
            .collect()
    }

    fn note(&mut self, name: CheckName, outcome: Outcome, detail: String) {
        self.0.push(Check {
            name,
            outcome,
            detail,
        });
    }
}
