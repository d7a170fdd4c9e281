//! What goes over the wire. Only these types are serialised; they are made from and into the types of the use cases.

pub(crate) mod approval_queue;
pub(crate) mod approvals;
pub(crate) mod counterfactual;
pub(crate) mod decide;
pub(crate) mod deliveries;
pub(crate) mod evidence;
pub(crate) mod forecast;
pub(crate) mod held;
pub(crate) mod identity;
pub(crate) mod load;
pub(crate) mod parts;
pub(crate) mod receipts;
pub(crate) mod replay;
pub(crate) mod replay_result;
pub(crate) mod rules;
pub(crate) mod signals;
pub(crate) mod units;
pub(crate) mod webhooks;
pub(crate) mod work;
