//! Why there is no bundle, in words for whoever asked.

use std::error::Error;
use std::io;

use utc_evidence::ExportError;
use utc_storage::StorageError;

use crate::AppError;
use crate::log::LogFault;

/// What was written; none when it was cancelled.
pub(super) fn unless_cancelled<T>(written: Result<T, ExportError>) -> Result<Option<T>, AppError> {
    match written {
        Ok(exported) => Ok(Some(exported)),
        Err(ExportError::Cancelled) => Ok(None),
        Err(error) => Err(told(error)),
    }
}

/// A failure of an export. What the operating system said stays in the chain of causes.
pub(super) fn told(error: ExportError) -> AppError {
    match error {
        ExportError::Source(source) => match source.downcast::<StorageError>() {
            Ok(storage) => (*storage).into(),
            Err(other) => AppError::Internal(other),
        },
        other => AppError::NotExported {
            message: io_cause(&other).map_or_else(|| other.to_string(), words),
            source: Box::new(other),
        },
    }
}

/// A bundle that cannot be signed.
pub(super) fn key(fault: LogFault) -> AppError {
    AppError::NotExported {
        message: "the key that signs the log cannot be used".to_owned(),
        source: Box::new(fault),
    }
}

/// A file that cannot be written.
pub(super) fn file(error: io::Error) -> AppError {
    AppError::NotExported {
        message: words(&error),
        source: Box::new(error),
    }
}

fn words(error: &io::Error) -> String {
    let why = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "there is no room for the bundle on the disk"
        }
        io::ErrorKind::AlreadyExists => "the file is there already, and is not overwritten",
        io::ErrorKind::NotFound => "there is no such folder for the bundle",
        io::ErrorKind::PermissionDenied => "the bundle may not be written there",
        _ => "the bundle cannot be written",
    };
    why.to_owned()
}

/// What the operating system said, wherever in the chain it is.
fn io_cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e io::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}
