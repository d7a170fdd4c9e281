//! What a console is put together from.

use std::sync::Arc;

use utc_attestation::{Engine, KeyRing, ReceiptSealer};
use utc_domain::Sealer;
use utc_storage::StorageError;
use utc_storage::journal::{self, Journal};

use crate::cache::StateCache;
use crate::clock::new_receipt_id;
use crate::options::Options;

/// Signs receipts in the name of this evaluator.
pub(super) fn sealer(ring: &Arc<KeyRing>, options: &Options) -> Arc<dyn Sealer> {
    let (name, version) = utc_policy::ENGINE;
    let engine = Engine {
        name: name.to_owned(),
        version: version.to_owned(),
    };
    let issuer = options.issuer.clone();
    Arc::new(ReceiptSealer::new(Arc::clone(ring), issuer, engine))
}

/// The one writer of this process.
pub(super) fn journal(
    options: &Options,
    sealer: &Arc<dyn Sealer>,
    cache: &Arc<StateCache>,
    ring: &KeyRing,
) -> Result<Journal, StorageError> {
    let location = options.location.clone();
    let options = journal::Options {
        sealer: Arc::clone(sealer),
        clock: Arc::clone(&options.clock),
        cache: Arc::clone(cache) as Arc<dyn journal::StateCache>,
        observer: Arc::clone(&options.observer),
        configured_key: ring.active().clone(),
        writer_id: new_receipt_id().to_string(),
        max_batch: options.max_batch,
        decision_places: options.decision_places,
        control_places: options.control_places,
        wal_bound: options.wal_bound,
    };
    Journal::start(location, options)
}
