//! Receipts: what they are called, where they stand, what sealing yields.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::{DomainError, Timestamp};

/// The id of a receipt: a UUID of version 7, made before the receipt is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptId(Uuid);

impl ReceiptId {
    /// From a UUID.
    pub fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The UUID.
    pub fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for ReceiptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl FromStr for ReceiptId {
    type Err = DomainError;

    /// Reads the hyphenated lower-case form only: an id has one spelling.
    fn from_str(text: &str) -> Result<Self, DomainError> {
        canonical_uuid(text).map(Self).ok_or(DomainError::Form {
            expected: "a receipt id, such as 0192f0c1-2345-7abc-8def-0123456789ab",
        })
    }
}

/// The UUID that `text` spells in the hyphenated lower-case form; `None` for any other spelling.
pub(crate) fn canonical_uuid(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    let canonical = id.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text;
    canonical.then_some(id)
}

/// What a receipt records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReceiptKind {
    /// An answer to *may I do this now?*
    Decision,
    /// A rule was switched.
    PolicyChange,
    /// A unit's protection level changed, or its pin.
    ProtectionChange,
    /// A vote on a request for approval, or what became of the request.
    Approval,
    /// What became of a request that was allowed.
    Execution,
    /// A unit's risk mark changed.
    RiskChange,
    /// A unit's configuration changed, or stored input was erased.
    ConfigChange,
    /// Users, tokens, roles or sessions changed.
    AccessChange,
    /// The log's keys changed.
    KeyChange,
    /// Evidence was exported.
    Export,
    /// Recorded decisions were computed again.
    Replay,
}

impl ReceiptKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Decision,
        Self::PolicyChange,
        Self::ProtectionChange,
        Self::Approval,
        Self::Execution,
        Self::RiskChange,
        Self::ConfigChange,
        Self::AccessChange,
        Self::KeyChange,
        Self::Export,
        Self::Replay,
    ];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::PolicyChange => "policy_change",
            Self::ProtectionChange => "protection_change",
            Self::Approval => "approval",
            Self::Execution => "execution",
            Self::RiskChange => "risk_change",
            Self::ConfigChange => "config_change",
            Self::AccessChange => "access_change",
            Self::KeyChange => "key_change",
            Self::Export => "export",
            Self::Replay => "replay",
        }
    }
}

impl fmt::Display for ReceiptKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ReceiptKind {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`decision`, `policy_change`, `protection_change`, `approval`, `execution`, `risk_change`, `config_change`, `access_change`, `key_change`, `export`, `replay`",
        })
    }
}

/// The name of a signing key: 16 lower-case hexadecimal digits that reveal nothing of the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let fine = text.len() == 16
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if fine {
            Ok(Self(text.to_owned()))
        } else {
            Err(DomainError::Form {
                expected: "16 lower-case hexadecimal digits",
            })
        }
    }
}

/// The hash of a receipt as a leaf of the log: SHA-256 over a zero byte and the receipt's bytes (RFC 6962).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeafHash([u8; 32]);

impl LeafHash {
    /// What stands for the leaf before the first: 32 zero bytes.
    pub const ZERO: Self = Self([0; 32]);

    /// From its bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Where and when a receipt stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The position, from 0, without gaps.
    pub seq: u64,
    /// The leaf hash of position `seq − 1`; [`LeafHash::ZERO`] for the first.
    pub prev: LeafHash,
    /// When it was placed: later than every receipt before it.
    pub ts: Timestamp,
}

/// A sealed receipt: the exact bytes that are stored, handed out and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The compact JWS.
    pub jws: String,
    /// Its leaf hash: the `prev` of the next receipt.
    pub leaf: LeafHash,
}
