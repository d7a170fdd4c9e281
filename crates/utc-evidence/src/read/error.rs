//! Why a bundle is not read.

use crate::Limits;

/// Why the bytes are not a bundle that can be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is no ZIP, or a damaged one.
    #[error("not a readable ZIP")]
    Zip(#[from] zip::result::ZipError),
    /// The file could not be read.
    #[error("reading failed")]
    Io(#[from] std::io::Error),
    /// The end of a ZIP's directory is not at the end. Where something stands behind it, be it a comment,
    /// readers disagree on what the ZIP contains.
    #[error(
        "it does not end as a ZIP does: it is none, or it was cut off, or something was added to it"
    )]
    Trailing,
    /// More files than allowed.
    #[error("the ZIP says that it has {actual} files, {max} are allowed")]
    Entries {
        /// How many there are.
        actual: u64,
        /// The most allowed, [`Limits::entries`].
        max: u64,
    },
    /// A file's name would leave the bundle, or is one that systems read in different ways.
    #[error("the name of a file in the ZIP {why}: `{name}`")]
    Name {
        /// The name, with what is not printable escaped.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two files whose names are the same to some system.
    #[error("two files in the ZIP are both called `{name}`")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A file that is no plain file, is encrypted, or is packed in a way that is not read.
    #[error("`{name}` {why}")]
    Kind {
        /// The name.
        name: String,
        /// What it is.
        why: &'static str,
    },
    /// A file longer than allowed, or all of them together.
    #[error("{what} has {actual} bytes when unpacked, {max} are allowed")]
    Size {
        /// The file's name, or what stands for all of them.
        what: String,
        /// How many bytes it says it has.
        actual: u64,
        /// The most allowed; see [`Limits`].
        max: u64,
    },
    /// A file that unpacks to far more than it takes.
    #[error("`{name}` unpacks to more than {max} times its size")]
    Ratio {
        /// The name.
        name: String,
        /// The most allowed, [`Limits::ratio`].
        max: u64,
    },
    /// The files do not lie in one folder.
    #[error("a bundle is one folder with everything in it; this ZIP has `{name}` beside it")]
    Folder {
        /// A name outside the first one's folder.
        name: String,
    },
    /// There is nothing in it.
    #[error("the ZIP is empty")]
    Empty,
    /// A file that has to be there is not.
    #[error("`{path}` is missing")]
    Missing {
        /// Its path in the bundle.
        path: String,
    },
}

impl ReadError {
    pub(super) fn size(what: &str, actual: u64, max: u64) -> Self {
        let what = what.to_owned();
        Self::Size { what, actual, max }
    }

    pub(super) fn entries(actual: u64, limits: &Limits) -> Self {
        Self::Entries {
            actual,
            max: limits.entries,
        }
    }
}
