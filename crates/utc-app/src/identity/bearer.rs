//! The data keys in use: making secrets, comparing them, passwords.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use utc_domain::{SessionId, TokenId, UserName};
use utc_vault::{
    ApiToken, Bearer, BearerKind, DataKey, DataKeys, KeyedHash, Match, Password, PasswordCheck,
    SessionSecret, StoredPassword, csrf_matches, csrf_token,
};
use zeroize::Zeroizing;

use crate::{AppError, secret_file};

/// The data keys, and the right to spend memory on a password.
pub(crate) struct Vault {
    keys: DataKeys,
    /// One password is hashed at a time: each takes 19 MiB and 20 ms, whoever sends it.
    hashing: Mutex<()>,
}

impl Vault {
    /// Reads the key file, or makes one with a new key.
    pub(crate) fn open(file: &Path) -> io::Result<Self> {
        let text = secret_file::read_or_make(file, || {
            let key = DataKey::new(&*random()?).map_err(io::Error::other)?;
            let keys = DataKeys::new(key, Vec::new()).map_err(io::Error::other)?;
            Ok(keys.render())
        })?;
        Ok(Self {
            keys: DataKeys::parse(&text).map_err(io::Error::other)?,
            hashing: Mutex::new(()),
        })
    }

    /// The keys, for what is sealed.
    pub(crate) fn keys(&self) -> &DataKeys {
        &self.keys
    }

    /// A new secret, and the hash of it to store.
    pub(super) fn make<K: BearerKind>(&self) -> Result<(Bearer<K>, KeyedHash), AppError> {
        let id = random().map_err(internal)?;
        let secret = random().map_err(internal)?;
        let bearer = Bearer::new(*id, &secret);
        let hash = bearer.hash(&self.keys);
        Ok((bearer, hash))
    }

    pub(super) fn matches<K: BearerKind>(&self, bearer: &Bearer<K>, stored: &KeyedHash) -> Match {
        bearer.matches(&self.keys, stored)
    }

    /// The CSRF token of a session.
    pub(super) fn csrf(&self, session: &SessionSecret) -> String {
        csrf_token(&self.keys, session.id())
    }

    pub(super) fn csrf_matches(&self, session: SessionId, presented: &str) -> bool {
        let id = session.to_string().parse();
        id.is_ok_and(|id| csrf_matches(&self.keys, id, presented))
    }

    /// Checks a password that is to be set, and hashes it. Takes a while.
    pub(super) fn hash_password(&self, name: &UserName, text: &str) -> Result<String, AppError> {
        self.hash_member("/password", name, text)
    }

    /// The same for a member of a request that is called otherwise.
    pub(super) fn hash_member(
        &self,
        pointer: &str,
        name: &UserName,
        text: &str,
    ) -> Result<String, AppError> {
        let password = Password::new(text, name.as_str())
            .map_err(|error| AppError::invalid(pointer, error.to_string()))?;
        let salt = random().map_err(internal)?;
        let _turn = self.hashing.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = utc_vault::hash_password(&password, *salt).map_err(internal)?;
        Ok(hash.to_string())
    }

    /// Whether the password is the stored one. Where there is none it takes as long to say no.
    pub(super) fn check_password(
        &self,
        presented: &str,
        stored: Option<&str>,
    ) -> Result<PasswordCheck, AppError> {
        let stored: Option<StoredPassword> =
            stored.map(str::parse).transpose().map_err(internal)?;
        let _turn = self.hashing.lock().unwrap_or_else(PoisonError::into_inner);
        let check = match &stored {
            Some(stored) => utc_vault::verify_password(presented, stored),
            None => utc_vault::dummy_verify(presented),
        };
        check.map_err(internal)
    }
}

/// Bytes of the operating system's random generator.
pub(crate) fn random<const N: usize>() -> io::Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(io::Error::other)?;
    Ok(bytes)
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> AppError {
    AppError::Internal(Box::new(error))
}

/// The id that stands in a token.
pub(super) fn token_id(token: &ApiToken) -> Result<TokenId, AppError> {
    token.id().to_string().parse().map_err(internal)
}

/// The id that stands in a session's cookie.
pub(super) fn session_id(session: &SessionSecret) -> Result<SessionId, AppError> {
    session.id().to_string().parse().map_err(internal)
}
