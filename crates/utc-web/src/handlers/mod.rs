//! Handlers: extract, call one use case, map.

pub(crate) mod approvals;
pub(crate) mod decisions;
pub(crate) mod evidence;
pub(crate) mod held;
pub(crate) mod log;
pub(crate) mod me;
pub(crate) mod receipts;
pub(crate) mod replay;
pub(crate) mod rules;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub(crate) mod signals;
pub(crate) mod stream;
pub(crate) mod system;
pub(crate) mod tokens;
pub(crate) mod units;
pub(crate) mod users;
pub(crate) mod webhooks;

use actix_web::web;
use utc_app::AppError;

use crate::State;
use crate::problem::Problem;

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

/// The same for work that fails in words of its own.
pub(crate) async fn blocking_with<T, E, F>(state: &web::Data<State>, work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<AppError> + Send + 'static,
    F: FnOnce(&utc_app::Console) -> Result<T, E> + Send + 'static,
{
    let console = state.console.clone();
    let done = web::block(move || work(&console)).await;
    done.map_err(|error| E::from(AppError::Internal(Box::new(error))))?
}
