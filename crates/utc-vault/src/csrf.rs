//! Tokens against cross-site request forgery.

use crate::{BearerId, DataKeys, HashPurpose, KeyedHash, keyed_hash};

/// The CSRF token of a session, for its forms: a keyed hash of the session's id, as text.
///
/// Nothing is stored. Another site knows neither the id nor the key, and a token of one session is worth
/// nothing in another.
pub fn csrf_token(keys: &DataKeys, session: BearerId) -> String {
    keyed_hash(keys, HashPurpose::Csrf, session.as_bytes()).to_string()
}

/// Whether a presented text is the CSRF token of the session. Pages opened before a rotation of the data
/// key stay good while the previous key is configured.
pub fn csrf_matches(keys: &DataKeys, session: BearerId, presented: &str) -> bool {
    let is_match = |presented: KeyedHash| {
        let found = presented.matches(keys, HashPurpose::Csrf, session.as_bytes());
        found.is_match()
    };
    presented.parse().is_ok_and(is_match)
}
