//! The log's key, its secret half and its public one.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::log::{NoteError, Origin};

/// The type of signature that keys of the log make: Ed25519 over the note's text.
const ED25519: u8 = 1;

/// The key that signs a log's checkpoints and whatever is handed out beside them.
///
/// It is erased from memory when dropped, and `Debug` shows the public half only.
pub struct LogKey {
    secret: SigningKey,
    public: VerifierKey,
}

impl LogKey {
    /// From the 32 bytes that RFC 8032 calls the private key: random ones. The caller erases its copy.
    pub fn from_seed(origin: Origin, seed: &[u8; 32]) -> Self {
        let secret = SigningKey::from_bytes(seed);
        let public = VerifierKey::of(origin, secret.verifying_key());
        Self { secret, public }
    }

    /// The public half.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.public
    }

    /// A signature over any bytes, such as a manifest: 64 bytes, as Ed25519 has them.
    ///
    /// # Errors
    ///
    /// [`NoteError::Reserved`] for bytes that begin as this log's checkpoints do. Otherwise whoever has
    /// a manifest signed could have a root signed.
    pub fn sign_detached(&self, bytes: &[u8]) -> Result<[u8; 64], NoteError> {
        let checkpoint = format!("{}\n", self.public.origin);
        if bytes.starts_with(checkpoint.as_bytes()) {
            return Err(NoteError::Reserved);
        }
        Ok(self.sign(bytes))
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.secret.sign(bytes).to_bytes()
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.public)
    }
}

/// What checks a log's signatures.
///
/// As text it is the verifier key of C2SP `signed-note`: origin, key id in eight hexadecimal digits, and
/// in base64 the type of signature with the public key, joined by plus signs. There is one spelling.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    origin: Origin,
    id: u32,
    key: VerifyingKey,
}

impl VerifierKey {
    /// From the public key's 32 bytes.
    ///
    /// # Errors
    ///
    /// [`NoteError::Key`] for bytes that are no public key, or one whose signatures prove nothing.
    pub fn from_bytes(origin: Origin, bytes: &[u8; 32]) -> Result<Self, NoteError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| NoteError::Key)?;
        if key.is_weak() {
            return Err(NoteError::Key);
        }
        Ok(Self::of(origin, key))
    }

    fn of(origin: Origin, key: VerifyingKey) -> Self {
        let digest = Sha256::new()
            .chain_update(origin.as_str())
            .chain_update([b'\n', ED25519])
            .chain_update(key.as_bytes())
            .finalize();
        let [a, b, c, d, ..] = <[u8; 32]>::from(digest);
        let id = u32::from_be_bytes([a, b, c, d]);
        Self { origin, id, key }
    }

    /// The name of the log, and of the key.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The beginning of a hash over origin and key. It finds the key and proves nothing.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The public key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Checks a signature over any bytes, as strictly as Ed25519 can be.
    ///
    /// # Errors
    ///
    /// [`NoteError::Signature`] unless `signature` is 64 bytes that this key made over these bytes.
    pub fn verify(&self, bytes: &[u8], signature: &[u8]) -> Result<(), NoteError> {
        let signature = Signature::from_slice(signature).map_err(|_| NoteError::Signature)?;
        self.key
            .verify_strict(bytes, &signature)
            .map_err(|_| NoteError::Signature)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[ED25519], self.as_bytes().as_slice()].concat());
        write!(f, "{}+{:08x}+{key}", self.origin, self.id)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        // The id follows from the rest, so the key that was read must spell the text again.
        let key = read(text)?;
        if key.to_string() == text {
            Ok(key)
        } else {
            Err(NoteError::Key)
        }
    }
}

fn read(text: &str) -> Result<VerifierKey, NoteError> {
    let (origin, rest) = text.split_once('+').ok_or(NoteError::Key)?;
    let (_, key) = rest.split_once('+').ok_or(NoteError::Key)?;
    let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
    let key = key.strip_prefix(&[ED25519]).ok_or(NoteError::Key)?;
    let key = key.try_into().map_err(|_| NoteError::Key)?;
    VerifierKey::from_bytes(origin.parse()?, key)
}
