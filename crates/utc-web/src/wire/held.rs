//! Held requests and their answers on the wire: what strangers wrote, inside JSON and never as a page.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utc_app::gateway::{HeldRequest, KeptAnswer, Outgoing};
use utc_domain::{Reason, ReceiptId};
use utoipa::ToSchema;

use super::parts::Fields;
use crate::problem::Problem;

/// How much of a body people are shown, in bytes.
const PREVIEW_BYTES: usize = 4 * 1_024;

/// Headers whose values are no secrets. Of all others, only the names are shown.
const OPEN_HEADERS: [&str; 20] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "date",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "prefer",
    "range",
    "traceparent",
    "user-agent",
    "x-forwarded-for",
    "x-request-id",
];

/// The request that people judge.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestAnswer {
    /// Why there is nothing to see; absent when there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
    /// What is sent when people approve.
    #[serde(flatten)]
    content: Option<RequestContent>,
}

/// A held request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestContent {
    /// The method.
    method: String,
    /// Scheme, host and port that it goes to.
    origin: String,
    /// The path, as it is sent.
    path: String,
    /// What follows the question mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    /// The headers; values that may be secrets are absent.
    headers: Vec<HeaderLine>,
    /// How long the body is, in bytes.
    body_bytes: usize,
    /// Its first 4 KiB as text. What is no text, and what would change how text is shown, is written as an escape.
    body_preview: String,
    /// Whether that is all of it.
    body_whole: bool,
    /// The digest of the body, computed from the bytes that are sent; absent for a request without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_hash: Option<String>,
}

/// A header.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeaderLine {
    /// Its name, in lower case.
    name: String,
    /// Its value; absent where it may be a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl From<HeldRequest> for RequestAnswer {
    fn from(request: HeldRequest) -> Self {
        let note = |note| Self {
            note: Some(note),
            content: None,
        };
        match request {
            HeldRequest::NotSeen => note("payload not seen by UTC"),
            HeldRequest::Erased => note("the request was erased after its end"),
            HeldRequest::Unreadable => note("the held request cannot be opened and is never sent"),
            HeldRequest::Held(outgoing) => Self {
                note: None,
                content: Some((*outgoing).into()),
            },
        }
    }
}

impl From<Outgoing> for RequestContent {
    fn from(request: Outgoing) -> Self {
        let (start, whole) = match request.body.get(..PREVIEW_BYTES) {
            Some(start) => (start, request.body.len() == PREVIEW_BYTES),
            None => (request.body.as_ref(), true),
        };
        let header = |(name, value): &(String, Vec<u8>)| HeaderLine {
            name: name.clone(),
            value: OPEN_HEADERS
                .contains(&name.as_str())
                .then(|| shown(value, true)),
        };
        Self {
            method: request.method.clone(),
            origin: request.origin.clone(),
            path: shown(request.path.as_bytes(), true),
            query: request.query.as_ref().map(|q| shown(q.as_bytes(), true)),
            headers: request.headers.iter().map(header).collect(),
            body_bytes: request.body.len(),
            body_preview: shown(start, whole),
            body_whole: whole,
            payload_hash: request.payload_hash().map(|hash| hash.to_string()),
        }
    }
}

/// Bytes as text that shows what they are. A character that is cut off at the end of what is not `whole` is left out.
fn shown(bytes: &[u8], whole: bool) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        for character in chunk.valid().chars() {
            push(&mut out, character);
        }
        if whole || chunks.peek().is_some() {
            for byte in chunk.invalid() {
                // Writing into a string does not fail.
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out
}

fn push(out: &mut String, character: char) {
    if misleads(character) {
        out.extend(character.escape_unicode());
    } else {
        out.push(character);
    }
}

/// What is invisible, or turns the direction of what follows.
fn misleads(character: char) -> bool {
    let control = character.is_control() && !matches!(character, '\n' | '\t');
    let format = matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    );
    control || format
}

/// What the upstream answered to a held request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultAnswer {
    /// The upstream's status.
    status: u16,
    /// Its headers, without what ends at the gateway; bytes outside of text are replaced.
    headers: Vec<HeaderLine>,
    /// The body, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// The body in base64, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    /// Whether that is all of it: the first 64 KiB are kept.
    whole: bool,
}

impl From<KeptAnswer> for ResultAnswer {
    fn from(kept: KeptAnswer) -> Self {
        let headers = kept.headers.into_iter().map(|(name, value)| HeaderLine {
            name,
            value: Some(String::from_utf8_lossy(&value).into_owned()),
        });
        let (body, body_base64) = match String::from_utf8(kept.body.to_vec()) {
            Ok(text) => (Some(text), None),
            Err(error) => (None, Some(STANDARD.encode(error.as_bytes()))),
        };
        Self {
            status: kept.status,
            headers: headers.collect(),
            body,
            body_base64,
            whole: kept.whole,
        }
    }
}

/// What a person found out about a request whose outcome nobody knew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettleBody {
    /// Whether the upstream carried it out.
    carried_out: bool,
    /// How that is known, at most 1,000 characters. It stands in the receipt.
    reason: Option<String>,
}

impl SettleBody {
    pub(crate) fn read(self) -> Result<(bool, Option<Reason>), Problem> {
        let mut fields = Fields::default();
        let reason = fields.read_optional("/reason", self.reason.as_deref());
        fields.finish()?;
        Ok((self.carried_out, reason))
    }
}

/// An outcome was settled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettledAnswer {
    /// Which approval.
    id: String,
    /// What became of its request: `done` or `failed`.
    execution: &'static str,
    /// The receipt.
    receipt_id: String,
}

impl SettledAnswer {
    pub(crate) fn new(id: String, carried_out: bool, receipt: ReceiptId) -> Self {
        Self {
            id,
            execution: if carried_out { "done" } else { "failed" },
            receipt_id: receipt.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], whole: bool, expected: &str) {
        assert_eq!(shown(bytes, whole), expected);
    }

    #[test]
    fn what_is_shown_looks_like_what_is_sent() {
        check(
            "plain <b>\n\t\u{e9}".as_bytes(),
            true,
            "plain <b>\n\t\u{e9}",
        );
        check(b"a\xff\x00b", true, "a\\xff\\u{0}b");
        check(
            "pay \u{202e}001\u{200b}".as_bytes(),
            true,
            "pay \\u{202e}001\\u{200b}",
        );
    }

    #[test]
    fn a_character_that_the_preview_cuts_is_left_out() {
        check(b"caf\xc3", false, "caf");
        check(b"caf\xc3", true, "caf\\xc3");
        check(b"\xc3caf", false, "\\xc3caf");
    }
}
