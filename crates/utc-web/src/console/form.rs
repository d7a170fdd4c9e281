//! What a form sends, and what is wrong with it.

use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use utc_app::{FieldError, Ticket};
use utoipa::ToSchema;

use crate::problem::Problem;

/// The fields of a form as they were sent, in which a name may stand several times.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub(crate) struct Entries(Vec<(String, String)>);

impl Entries {
    /// The first of this name, without the spaces around it; none where there is nothing else.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The same, empty where there is none.
    pub(crate) fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// Exactly what was entered: for passwords, in which spaces count.
    pub(crate) fn exact(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// Everything of this name.
    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The words of a field: what is entered with spaces, commas or lines between.
    pub(crate) fn words(&self, name: &str) -> Vec<String> {
        let text = self.get(name).unwrap_or_default();
        text.split(|between: char| between.is_whitespace() || between == ',')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// One thing that is wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FormError {
    /// The field's name; empty for the form as a whole.
    field: String,
    message: String,
}

/// Everything that is wrong with a form, for showing it again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct FormErrors(Vec<FormError>);

impl FormErrors {
    /// One field that is wrong.
    pub(crate) fn one(field: &str, message: impl Into<String>) -> Self {
        Self(vec![FormError {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// What a person can put right in the form; any other problem comes back as it is.
    pub(crate) fn of(problem: Problem) -> Result<(StatusCode, Self), Problem> {
        match problem.status() {
            status @ (StatusCode::BAD_REQUEST
            | StatusCode::CONFLICT
            | StatusCode::UNPROCESSABLE_ENTITY
            | StatusCode::TOO_MANY_REQUESTS) => Ok((status, Self::from_problem(&problem))),
            _ => Err(problem),
        }
    }

    /// What a use case found wrong.
    pub(crate) fn wrong(wrong: &[FieldError]) -> Self {
        let wrong = wrong.iter().map(|error| FormError {
            field: field_of(&error.pointer).to_owned(),
            message: error.message.clone(),
        });
        Self(wrong.collect())
    }

    fn from_problem(problem: &Problem) -> Self {
        let fields = problem.fields().map(|(pointer, message)| FormError {
            field: field_of(pointer).to_owned(),
            message: message.to_owned(),
        });
        let fields: Vec<FormError> = fields.collect();
        if fields.is_empty() {
            return Self::one("", problem.detail());
        }
        Self(fields)
    }
}

/// Does what a form asks for, if it can be read.
pub(crate) async fn attempt<R, T>(
    read: Result<R, Problem>,
    work: impl FnOnce(R) -> Ticket<T>,
) -> Result<T, Problem> {
    work(read?).await.map_err(Problem::from)
}

/// The field that a member of a body comes from. Forms have no objects in them, but for one whose members are fields.
fn field_of(pointer: &str) -> &str {
    let mut parts = pointer.split('/').skip(1);
    match parts.next() {
        Some("thresholds") => parts.next().unwrap_or_default(),
        first => first.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(pairs: &[(&str, &str)]) -> Entries {
        let owned = pairs.iter().map(|(a, b)| ((*a).into(), (*b).into()));
        Entries(owned.collect())
    }

    #[test]
    fn fields_that_were_left_empty_are_absent() {
        let form = entries(&[("a", " "), ("b", " x "), ("b", "y"), ("c", "p, q\n r")]);
        assert_eq!(form.get("a"), None);
        assert_eq!(form.get("b"), Some("x"));
        assert_eq!(form.all("b").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(form.words("c"), ["p", "q", "r"]);
        assert_eq!(form.exact("b"), " x ");
    }

    #[test]
    fn an_error_is_shown_at_its_field() {
        let problem = Problem::field("/roles/0", "must be a role");
        let (status, errors) = FormErrors::of(problem).unwrap();
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(errors, FormErrors::one("roles", "must be a role"));
        FormErrors::of(Problem::no_route()).unwrap_err();
        let wrong = FieldError::new("/thresholds/low", "must be a number");
        assert_eq!(
            FormErrors::wrong(&[wrong]),
            FormErrors::one("low", "must be a number")
        );
    }
}
