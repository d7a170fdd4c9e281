//! Trust signals on the wire.

pub(crate) mod event;
pub(crate) mod quarantine;
pub(crate) mod risk;
pub(crate) mod run;
pub(crate) mod source;
pub(crate) mod taken;
