//! What the overview shows.

use serde::Serialize;
use utc_app::{AppError, Console, Principal};

/// Everything on the page.
#[derive(Serialize)]
pub(super) struct OverviewView {
    log_size: u64,
}

impl OverviewView {
    pub(super) fn of(console: &Console, _by: &Principal) -> Result<Self, AppError> {
        Ok(Self {
            log_size: console.journal().size(),
        })
    }
}
