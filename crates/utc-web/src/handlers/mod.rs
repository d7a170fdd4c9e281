//! Handlers: extract, call one use case, map.

pub(crate) mod decisions;
pub(crate) mod pages;
pub(crate) mod receipts;
pub(crate) mod rules;
pub(crate) mod system;
pub(crate) mod units;

use actix_web::web;
use utc_app::AppError;
use utc_domain::Subject;

use crate::State;
use crate::problem::Problem;

/// Who acts until there are identities: whoever sits at this machine.
#[expect(clippy::expect_used, reason = "a literal that a test makes")]
pub(crate) fn local_actor() -> Subject {
    "user:local".parse().expect("a valid subject")
}

/// The one way to blocking work.
pub(crate) async fn blocking<T, F>(state: &web::Data<State>, work: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce(&utc_app::Console) -> Result<T, AppError> + Send + 'static,
{
    let console = state.console.clone();
    let done = web::block(move || work(&console)).await;
    let done = done.map_err(|error| Problem::from(AppError::Internal(Box::new(error))))?;
    done.map_err(Into::into)
}
