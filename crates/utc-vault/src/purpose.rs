//! What a data key is used for: one derived key for each purpose.

use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::KeyError;

/// Makes an enum of purposes and the struct that holds a derived key for each, so that no purpose can be
/// without its key. The labels carry a version: a purpose whose meaning changes gets another label.
macro_rules! purposes {
    (
        $(#[$doc:meta])*
        $purpose:ident, $keys:ident of $key:ident {
            $($(#[$variant_doc:meta])* $variant:ident $field:ident = $label:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $purpose {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $purpose {
            /// Every purpose, in order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The HKDF label that the purpose's key is derived under.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }
        }

        /// The derived keys, by purpose.
        pub(crate) struct $keys {
            $($field: $key,)+
        }

        impl $keys {
            pub(crate) fn derive(hkdf: &Hkdf<Sha256>) -> Result<Self, KeyError> {
                let key = |purpose: $purpose| $key::new(&*sub_key(hkdf, purpose.label())?);
                Ok(Self {
                    $($field: key($purpose::$variant)?,)+
                })
            }

            pub(crate) fn get(&self, purpose: $purpose) -> &$key {
                match purpose {
                    $($purpose::$variant => &self.$field,)+
                }
            }
        }
    };
}

purposes! {
    /// What is sealed, to be opened again later. No key of these ever computes a hash.
    SealPurpose, SealKeys of SealKey {
        /// A request that waits for approval, with its credentials.
        HeldRequest held_request = "utc-vault/1/seal/held-request",
        /// The upstream's answer to a held request, until the requester fetches it.
        HeldAnswer held_answer = "utc-vault/1/seal/held-answer",
        /// The secret by which a source of trust signals proves itself.
        SourceSecret source_secret = "utc-vault/1/seal/source-secret",
        /// The secret that signs outgoing webhooks.
        WebhookSecret webhook_secret = "utc-vault/1/seal/webhook-secret",
    }
}

purposes! {
    /// What is hashed under a key, to be compared only. No key of these ever encrypts.
    HashPurpose, HashKeys of HashKey {
        /// API tokens.
        ApiToken api_token = "utc-vault/1/hash/api-token",
        /// Session secrets, as they stand in cookies.
        Session session = "utc-vault/1/hash/session",
        /// The link that sets up the first user.
        SetupLink setup_link = "utc-vault/1/hash/setup-link",
        /// Links that sign a known user in.
        LoginLink login_link = "utc-vault/1/hash/login-link",
        /// CSRF tokens.
        Csrf csrf = "utc-vault/1/hash/csrf",
    }
}

/// A key for XChaCha20-Poly1305.
pub(crate) struct SealKey(XChaCha20Poly1305);

impl SealKey {
    fn new(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        XChaCha20Poly1305::new_from_slice(bytes)
            .map(Self)
            .map_err(|_| KeyError::Derivation)
    }

    pub(crate) fn cipher(&self) -> &XChaCha20Poly1305 {
        &self.0
    }
}

/// A key for HMAC-SHA256, with its inner and outer state computed once.
pub(crate) struct HashKey(Hmac<Sha256>);

impl HashKey {
    fn new(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        Hmac::new_from_slice(bytes)
            .map(Self)
            .map_err(|_| KeyError::Derivation)
    }

    pub(crate) fn tag(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

fn sub_key(hkdf: &Hkdf<Sha256>, label: &str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let mut key = Zeroizing::new([0; 32]);
    hkdf.expand(label.as_bytes(), key.as_mut_slice())
        .map_err(|_| KeyError::Derivation)?;
    Ok(key)
}
