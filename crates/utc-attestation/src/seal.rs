//! Making receipts.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use utc_domain::{Draft, KeyId, LeafHash, Placement, SealError, Sealed, Sealer};

use crate::claims::{fill, write};
use crate::{ALGORITHM, Engine, HmacKey, KeyRing, MAX_ENTRY_BYTES, TYPE, leaf_hash};

/// The length of a tag's 32 bytes in base64url.
const TAG_CHARACTERS: usize = 43;

/// Signs receipts with the keys of a ring.
///
/// Whatever it seals, [`crate::verify`] accepts with the same ring and issuer.
pub struct ReceiptSealer {
    signers: Vec<Signer>,
    issuer: String,
    engine: Engine,
}

/// A key that may sign, with the first segment of its tokens.
struct Signer {
    kid: KeyId,
    key: HmacKey,
    header: String,
}

impl ReceiptSealer {
    /// For an installation named `issuer` whose decisions `engine` makes.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the ring is shared with the verifying side"
    )]
    pub fn new(ring: Arc<KeyRing>, issuer: String, engine: Engine) -> Self {
        let signers = ring.signers().map(|(kid, key)| Signer {
            kid: kid.clone(),
            key: key.clone(),
            header: header(kid),
        });
        Self {
            signers: signers.collect(),
            issuer,
            engine,
        }
    }

    fn signer(&self, key: &KeyId) -> Result<&Signer, SealError> {
        let found = self.signers.iter().find(|signer| signer.kid == *key);
        found.ok_or_else(|| SealError::KeyNotHeld { key: key.clone() })
    }
}

impl Sealer for ReceiptSealer {
    fn seal(&self, key: &KeyId, draft: &Draft, place: &Placement) -> Result<Sealed, SealError> {
        let signer = self.signer(key)?;
        let claims = fill(draft, place, &self.issuer, &self.engine)
            .map_err(|error| SealError::Claims(Box::new(error)))?;
        let payload = write(&claims).map_err(|error| SealError::Claims(Box::new(error)))?;
        let jws = signer.sign(&payload);
        if jws.len() > MAX_ENTRY_BYTES {
            return Err(SealError::TooLarge {
                actual: jws.len(),
                max: MAX_ENTRY_BYTES,
            });
        }
        let leaf = self.leaf(&jws);
        Ok(Sealed { jws, leaf })
    }

    fn leaf(&self, jws: &str) -> LeafHash {
        leaf_hash(jws.as_bytes())
    }
}

impl fmt::Debug for ReceiptSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kids: Vec<&str> = self
            .signers
            .iter()
            .map(|signer| signer.kid.as_str())
            .collect();
        f.debug_struct("ReceiptSealer")
            .field("kids", &kids)
            .finish_non_exhaustive()
    }
}

impl Signer {
    fn sign(&self, payload: &[u8]) -> String {
        let length = self.header.len() + payload.len().div_ceil(3) * 4 + TAG_CHARACTERS + 2;
        let mut jws = String::with_capacity(length);
        jws.push_str(&self.header);
        jws.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut jws);
        let tag = self.key.tag(jws.as_bytes());
        jws.push('.');
        URL_SAFE_NO_PAD.encode_string(tag, &mut jws);
        jws
    }
}

/// The header segment: members sorted, so that it is canonical like the claims.
fn header(kid: &KeyId) -> String {
    URL_SAFE_NO_PAD.encode(format!(
        r#"{{"alg":"{ALGORITHM}","kid":"{kid}","typ":"{TYPE}"}}"#
    ))
}
