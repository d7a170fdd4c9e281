//! What came in, before anybody looked at it.

use utc_domain::Timestamp;

use crate::adapter::{Adapter, Proof};
use crate::draft::Stamp;
use crate::hash::ContentHash;
use crate::json;
use crate::refusal::Refusal;

/// The largest body that a receiver reads.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// One delivery: headers and body as they came, and when.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    headers: &'a [(&'a str, &'a [u8])],
    body: &'a [u8],
    seen: Timestamp,
}

impl<'a> Delivery<'a> {
    /// Takes a body of at most [`MAX_BODY_BYTES`]; header names in any case.
    pub fn new(
        headers: &'a [(&'a str, &'a [u8])],
        body: &'a [u8],
        seen: Timestamp,
    ) -> Result<Self, Refusal> {
        if body.len() > MAX_BODY_BYTES {
            return Err(Refusal::TooLarge {
                max: MAX_BODY_BYTES,
                actual: body.len(),
            });
        }
        Ok(Self {
            headers,
            body,
            seen,
        })
    }

    /// The bytes of the body, exactly.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// When it came in.
    pub fn seen(&self) -> Timestamp {
        self.seen
    }

    /// Every header, names as they came.
    pub(crate) fn headers(&self) -> &'a [(&'a str, &'a [u8])] {
        self.headers
    }

    /// A header that may be absent. Two of one name could be read either way, so they are refused.
    pub(crate) fn header(&self, name: &'static str) -> Result<Option<&'a str>, Refusal> {
        let mut found = self
            .headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let Some((_, value)) = found.next() else {
            return Ok(None);
        };
        let refused = |problem| Refusal::Header { name, problem };
        if found.next().is_some() {
            return Err(refused("is there twice"));
        }
        let text = std::str::from_utf8(value);
        text.map(Some).map_err(|_| refused("must be UTF-8"))
    }

    pub(crate) fn required(&self, name: &'static str) -> Result<&'a str, Refusal> {
        self.header(name)?.ok_or(Refusal::Header {
            name,
            problem: "is missing",
        })
    }

    /// The media type in lower case, without parameters.
    pub(crate) fn media_type(&self) -> Result<Option<String>, Refusal> {
        let plain = |value: &str| {
            let (plain, _) = value.split_once(';').unwrap_or((value, ""));
            plain.trim().to_ascii_lowercase()
        };
        Ok(self.header("content-type")?.map(plain))
    }

    pub(crate) fn expect_type(&self, expected: &'static str) -> Result<(), Refusal> {
        match self.media_type()? {
            Some(found) if found == expected => Ok(()),
            Some(_) | None => Err(Refusal::MediaType { expected }),
        }
    }

    /// The body of a delivery that says it is JSON.
    pub(crate) fn json(&self) -> Result<serde_json::Value, Refusal> {
        self.expect_type("application/json")?;
        json::parse(self.body)
    }

    pub(crate) fn stamp(&self, adapter: Adapter, proof: Proof) -> Stamp {
        Stamp {
            adapter,
            proof,
            seen: self.seen,
            body_hash: ContentHash::of(self.body),
        }
    }
}
