//! Exports in the background.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{self, Placed};
use super::{Bundled, ExportRequest};
use crate::console::Console;
use crate::work::{Start, WorkId, WorkState, WorkView};
use crate::{AppError, Principal};

/// Where bundles wait to be fetched, in the data folder.
const FOLDER: &str = "evidence";

/// A bundle that waits to be fetched. Its file goes with it.
#[derive(Debug)]
pub struct KeptBundle {
    /// What is in it.
    pub bundled: Bundled,
    placed: Placed,
}

impl KeptBundle {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.placed.path
    }
}

impl Drop for KeptBundle {
    fn drop(&mut self) {
        // The next start of the server tries again.
        if let Err(error) = fs::remove_file(&self.placed.path) {
            let file = self.placed.path.display();
            tracing::warn!(%file, %error, "a bundle that nobody can fetch any more was not deleted");
        }
    }
}

impl Console {
    /// Begins an export on a thread of its own; [`Console::export_state`] tells how it stands.
    ///
    /// # Errors
    /// As for [`Console::export`]; [`AppError::Conflict`] with the code `too_much_work` while as many run as may.
    pub fn start_export(
        self: &Arc<Self>,
        by: &Principal,
        request: &ExportRequest,
    ) -> Result<WorkId, AppError> {
        let request = self.checked_export(by, request)?;
        let folder = self.evidence_folder();
        file::make_folder(&folder)?;
        let start = Start {
            by: by.name().clone(),
            unit: None,
            clock: Arc::clone(self.clock()),
        };
        let (console, by) = (Arc::clone(self), by.name().clone());
        self.exports().begin(start, move |pace| {
            let target = folder.join(format!("{}.zip", WorkId::random()));
            let mut watch = |stage, done, all| pace.tell_of(stage, done, all);
            let made = console.bundle(&by, &request, &target, &mut watch)?;
            Ok(made.map(|(bundled, placed)| KeptBundle { bundled, placed }))
        })
    }

    /// How an export stands.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when this process does not know it, or `by` may not see it.
    pub fn export_state(
        &self,
        by: &Principal,
        id: WorkId,
    ) -> Result<WorkView<KeptBundle>, AppError> {
        self.exports().view(by, id)
    }

    /// The bundle of an export that is done. It can be read for as long as it is held.
    ///
    /// # Errors
    /// As for [`Console::export_state`]; [`AppError::Conflict`] with the code `not_done` where there is no bundle, or not yet.
    pub fn exported(&self, by: &Principal, id: WorkId) -> Result<Arc<KeptBundle>, AppError> {
        match self.export_state(by, id)?.state {
            WorkState::Done(kept) => Ok(kept),
            other => Err(AppError::Conflict {
                code: "not_done",
                message: format!("there is no bundle: the export is {}", other.as_str()),
            }),
        }
    }

    /// Ends an export that runs, without bundle and without receipt; one that has ended stays as it is.
    ///
    /// # Errors
    /// As for [`Console::export_state`].
    pub fn cancel_export(
        &self,
        by: &Principal,
        id: WorkId,
    ) -> Result<WorkView<KeptBundle>, AppError> {
        self.exports().cancel(by, id)
    }

    /// Deletes bundles that processes which are gone did not delete themselves.
    pub fn sweep_exports(&self) {
        let folder = self.evidence_folder();
        match file::sweep(&folder) {
            Ok(0) => {}
            Ok(files) => {
                tracing::info!(files, "bundles that nobody can fetch any more are deleted");
            }
            Err(error) => {
                let folder = folder.display();
                tracing::warn!(%folder, %error, "bundles that nobody can fetch any more were not deleted");
            }
        }
    }

    fn evidence_folder(&self) -> PathBuf {
        self.options().data_dir.join(FOLDER)
    }
}
