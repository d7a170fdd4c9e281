//! A secret that was just made: shown on this page and never again.

use serde::Serialize;

/// What the page says of it.
#[derive(Serialize)]
pub(crate) struct SecretView {
    /// What it is, as a title.
    pub(crate) title: String,
    /// The same in a word, for the button that copies it.
    pub(crate) what: &'static str,
    /// It.
    pub(crate) secret: String,
    /// What to do with it.
    pub(crate) hint: &'static str,
    /// The receipt that records that it was made, without it.
    pub(crate) receipt: String,
    /// Where to go on.
    pub(crate) back: String,
}
