//! How passwords are kept: Argon2id, as a PHC string.

use std::fmt;
use std::hint::black_box;
use std::str::FromStr;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

use super::policy::{Password, normalise};

/// Memory in KiB (19 MiB), passes and lanes: the least that OWASP's cheat sheet on password storage
/// asks of Argon2id, about 20 ms on a server. Raising them makes [`verify_password`] ask for new hashes.
const COST: Cost = Cost {
    memory: 19 * 1024,
    passes: 2,
    lanes: 1,
};

/// The most that a stored hash may ask for: a doctored row must not take the machine's memory.
const MAX_COST: Cost = Cost {
    memory: 256 * 1024,
    passes: 16,
    lanes: 16,
};

/// Bytes of a salt.
const SALT_BYTES: usize = 16;

/// Bytes of the hash itself.
const OUTPUT_BYTES: usize = 32;

#[derive(Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    fn of(params: &Params) -> Self {
        Self {
            memory: params.m_cost(),
            passes: params.t_cost(),
            lanes: params.p_cost(),
        }
    }

    fn within(self, max: Self) -> bool {
        self.memory <= max.memory && self.passes <= max.passes && self.lanes <= max.lanes
    }

    fn hasher(self) -> Result<Argon2<'static>, StoredPasswordError> {
        Params::new(self.memory, self.passes, self.lanes, Some(OUTPUT_BYTES))
            .map(|params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
            .map_err(|error| StoredPasswordError::Hashing(error.into()))
    }
}

/// Why a password could not be hashed or a stored one not be read. The server's fault, not the user's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoredPasswordError {
    /// The stored text is no PHC string of Argon2id with a salt and a hash.
    #[error("the stored password is no PHC string of Argon2id, version 19")]
    Form,
    /// The stored text asks for more memory, passes or lanes than this program spends.
    #[error("the stored password asks for more work than allowed")]
    Cost,
    /// The library refused, for want of memory.
    #[error("the password could not be hashed")]
    Hashing(#[source] password_hash::Error),
}

/// A password as it is stored: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`.
#[derive(Clone)]
pub struct StoredPassword {
    phc: PasswordHash,
    cost: Cost,
}

impl StoredPassword {
    fn checked(phc: PasswordHash) -> Result<Self, StoredPasswordError> {
        // A hash never stands without a salt before it.
        let known = phc.algorithm == Algorithm::Argon2id.ident()
            && phc.version == Some(Version::V0x13.into())
            && phc.hash.is_some();
        let params = Params::try_from(&phc).map_err(|_| StoredPasswordError::Form)?;
        // A key id or associated data is legal, but never ours.
        if !known || !params.keyid().is_empty() || !params.data().is_empty() {
            return Err(StoredPasswordError::Form);
        }
        let cost = Cost::of(&params);
        if !cost.within(MAX_COST) {
            return Err(StoredPasswordError::Cost);
        }
        Ok(Self { phc, cost })
    }

    /// Whether it was made with the parameters that a new one would get.
    fn is_current(&self) -> bool {
        let salt = self.phc.salt.as_ref().map(|salt| salt.as_ref().len());
        let output = self.phc.hash.as_ref().map(|hash| hash.as_bytes().len());
        self.cost == COST && salt == Some(SALT_BYTES) && output == Some(OUTPUT_BYTES)
    }
}

impl fmt::Display for StoredPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.phc.fmt(f)
    }
}

impl fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredPassword({}, ***)", self.phc.params)
    }
}

impl FromStr for StoredPassword {
    type Err = StoredPasswordError;

    /// Reads a PHC string, from this program or another.
    fn from_str(text: &str) -> Result<Self, StoredPasswordError> {
        let phc = PasswordHash::new(text).map_err(|_| StoredPasswordError::Form)?;
        Self::checked(phc)
    }
}

/// How a presented password compares with the stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It is the right one.
    Right,
    /// It is the right one, stored with other parameters than today's: store it anew.
    RightButOutdated,
    /// It is another one.
    Wrong,
}

/// Hashes a password. The salt is 16 bytes of a cryptographic random generator, new each time. Takes
/// about 20 ms and 19 MiB.
///
/// # Errors
///
/// [`StoredPasswordError::Hashing`] for want of memory.
pub fn hash_password(
    password: &Password,
    salt: [u8; 16],
) -> Result<StoredPassword, StoredPasswordError> {
    derive(password.as_bytes(), salt).map(|phc| StoredPassword { phc, cost: COST })
}

/// Compares a presented password with the stored one, in constant time.
///
/// # Errors
///
/// [`StoredPasswordError::Hashing`] for want of memory.
pub fn verify_password(
    presented: &str,
    stored: &StoredPassword,
) -> Result<PasswordCheck, StoredPasswordError> {
    // No stored password is that long, whosever it is: refusing at once tells nothing of the user.
    let Ok(presented) = normalise(presented) else {
        return Ok(PasswordCheck::Wrong);
    };
    // Algorithm, version and cost are those of the stored hash, whatever this value says.
    let hasher = Argon2::default();
    match hasher.verify_password(presented.as_bytes(), &stored.phc) {
        Ok(()) if stored.is_current() => Ok(PasswordCheck::Right),
        Ok(()) => Ok(PasswordCheck::RightButOutdated),
        Err(password_hash::Error::PasswordInvalid) => Ok(PasswordCheck::Wrong),
        Err(error) => Err(StoredPasswordError::Hashing(error)),
    }
}

/// What to do for a name that nobody has: always [`PasswordCheck::Wrong`], after the same work as
/// [`verify_password`] with today's parameters, so that the time does not tell which names exist.
///
/// # Errors
///
/// Those of [`verify_password`].
pub fn dummy_verify(presented: &str) -> Result<PasswordCheck, StoredPasswordError> {
    let Ok(presented) = normalise(presented) else {
        return Ok(PasswordCheck::Wrong);
    };
    // Nobody looks at the result; the compiler must not notice.
    black_box(derive(presented.as_bytes(), [0; SALT_BYTES])?);
    Ok(PasswordCheck::Wrong)
}

fn derive(password: &[u8], salt: [u8; SALT_BYTES]) -> Result<PasswordHash, StoredPasswordError> {
    let hashed = COST.hasher()?.hash_password_with_salt(password, &salt);
    hashed.map_err(StoredPasswordError::Hashing)
}
