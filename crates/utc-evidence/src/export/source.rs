//! Where the contents of a bundle come from.

use std::error::Error;
use std::ops::Range;

use utc_attestation::log::HashReader;
use utc_domain::{ApprovalId, KeyId};

use super::Filter;

/// A receipt as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its position in the log.
    pub seq: u64,
    /// The exact bytes: a compact JWS.
    pub jws: String,
}

/// Where a key signed in the log, as the log's own entries say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRange {
    /// Which key.
    pub kid: KeyId,
    /// The first receipt that it signed or may sign.
    pub from_seq: u64,
    /// The last receipt that it signed; absent while it is the active one.
    pub to_seq: Option<u64>,
    /// The first position whose tag proves nothing, as far as the log says that others could sign with the key.
    pub compromised_from: Option<u64>,
}

/// A JSON document that goes into the bundle under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The file's name without `.json`: letters, digits, `-` and `_`.
    pub name: String,
    /// The document.
    pub json: String,
}

/// Reads what a bundle needs, page by page.
///
/// Everything must be as it was when the log had the size of the export's checkpoint, however long the
/// export takes and whatever is appended meanwhile: receipts and tiles are by nature, and what else is
/// given has to follow from those receipts alone. Then the same filter and size give the same bytes.
///
/// [`HashReader::tile`] gives the log's tiles.
pub trait Source: HashReader<Error: Error + Send + Sync + 'static> {
    /// Receipts that match the filter, with a `seq` in `range`, ascending, at most `limit` of them. An
    /// empty page says that there are no more.
    ///
    /// The export asks twice for everything: once for the receipts, once for their index.
    fn receipts(
        &mut self,
        filter: &Filter,
        range: Range<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, Self::Error>;

    /// The canonical JSON of the policy set with this digest (`sha256:…`).
    fn policy(&mut self, digest: &str) -> Result<Option<String>, Self::Error>;

    /// An approval that one of the receipts names, as a JSON object whose `id` is the approval's; `None` leaves
    /// it out.
    fn approval(&mut self, id: ApprovalId) -> Result<Option<String>, Self::Error>;

    /// Records of runs over trust signals in the filter's period whose name sorts after `after`, in the
    /// order of their names, at most `limit` of them. An empty page says that there are no more.
    fn signals(
        &mut self,
        filter: &Filter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, Self::Error>;

    /// Every key that has signed in the log, in the order of their ranges.
    fn keys(&mut self) -> Result<Vec<KeyRange>, Self::Error>;
}
