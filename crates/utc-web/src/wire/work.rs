//! What runs in the background, on the wire.

use utc_app::{AppError, WorkId, WorkState, WorkView};

/// What a run came to, as far as it has.
pub(super) struct Ended<R> {
    /// Why it failed.
    pub(super) error: Option<String>,
    /// The receipt of the run and what there is to show, once it is done.
    pub(super) done: Option<(String, R)>,
}

impl<R> Ended<R> {
    /// `show` tells the id of the receipt and what there is to show.
    pub(super) fn of<T>(view: &WorkView<T>, show: impl FnOnce(&T) -> (String, R)) -> Self {
        let (mut error, mut done) = (None, None);
        match &view.state {
            WorkState::Running | WorkState::Cancelled => {}
            WorkState::Failed(why) => error = Some(why.clone()),
            WorkState::Done(outcome) => done = Some(show(outcome)),
        }
        Self { error, done }
    }
}

/// The id of a run in a path; `what` it is names it where there is no such thing.
pub(crate) fn work_id(what: &'static str, text: &str) -> Result<WorkId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what,
        name: text.escape_default().to_string(),
    })
}
