//! Whether the journal can write.

use std::sync::Mutex;

use super::checkpoint::lock;

/// Remembers the last failure until a batch succeeds, and logs each change once.
#[derive(Default)]
pub struct Health {
    failure: Mutex<Option<String>>,
}

impl Health {
    /// Why the last batch could not be written; none when it could.
    pub fn failure(&self) -> Option<String> {
        lock(&self.failure).clone()
    }

    pub(crate) fn failed(&self, message: &str) {
        let before = lock(&self.failure).replace(message.to_owned());
        if before.as_deref() != Some(message) {
            tracing::error!(
                cause = message,
                "the journal cannot write; answering 503 until it can"
            );
        }
    }

    pub(crate) fn recovered(&self) {
        if lock(&self.failure).take().is_some() {
            tracing::info!("the journal writes again");
        }
    }
}
