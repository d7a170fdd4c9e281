//! Bundles of entries: the leaves that a tile at level 0 hashes, as C2SP `tlog-tiles` serves them.

use crate::log::LogError;

/// The entries one after another, each behind its length in two bytes, most significant first.
///
/// # Errors
///
/// [`LogError::Entry`] for one beyond 65,535 bytes, which no receipt is.
pub fn write_entries<'e>(entries: impl IntoIterator<Item = &'e [u8]>) -> Result<Vec<u8>, LogError> {
    let mut bundle = Vec::new();
    for entry in entries {
        let actual = entry.len();
        let length = u16::try_from(actual).map_err(|_| LogError::Entry { actual })?;
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
    }
    Ok(bundle)
}

/// The entries of a bundle, in their order.
///
/// # Errors
///
/// [`LogError::Bundle`] if the last one is cut.
pub fn read_entries(bundle: &[u8]) -> Result<Vec<&[u8]>, LogError> {
    let mut entries = Vec::new();
    let mut rest = bundle;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk().ok_or(LogError::Bundle)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(LogError::Bundle)?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}
