//! Before something is destroyed or loosened: a page that names what will happen, and asks.

use serde::Serialize;

/// A question, and the form that says yes.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Confirm {
    /// What will be done, in a few words.
    pub(crate) title: String,
    /// What it is done to, in a sentence.
    pub(crate) what: String,
    /// What follows from it, a sentence each.
    pub(crate) consequences: Vec<String>,
    /// Where the form is sent.
    pub(crate) action: String,
    /// What the button says.
    pub(crate) button: &'static str,
    /// Where somebody goes who does not want it.
    pub(crate) back: &'static str,
}
