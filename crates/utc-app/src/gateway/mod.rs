//! What the gateway asks, sends, keeps and finds out.

mod allowed;
mod ask;
mod begin;
mod errand;
mod finish;
mod kept;
mod measure;
mod outcome;
mod outgoing;
mod record;
mod reseal;
mod route;
mod sealed;
mod shown;
mod tend;

pub use ask::Passage;
pub use begin::Begun;
pub(crate) use errand::Errand;
pub use kept::KeptAnswer;
pub use outcome::{Execution, Finished, Outcome};
pub use outgoing::Outgoing;
pub use record::RecordError;
pub use reseal::Resealed;
pub use route::Route;
pub(crate) use route::Upstream;
pub use shown::HeldRequest;
