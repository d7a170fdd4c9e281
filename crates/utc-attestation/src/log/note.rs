//! Signed notes: a text, an empty line, and a line for each signature (C2SP `signed-note`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::log::origin::is_key_name;
use crate::log::{LogKey, NoteError, VerifierKey};

/// The largest note that is read: room for 16 signatures of any kind, as verifiers must have.
pub(crate) const MAX_NOTE_BYTES: usize = 128 * 1024;

/// The most signatures that a note may carry.
const MAX_SIGNATURES: usize = 64;

/// How a signature line begins.
const DASH: &str = "— ";

/// The text with its signature.
pub(crate) fn sign(key: &LogKey, text: &str) -> String {
    let public = key.verifier_key();
    let id = public.id().to_be_bytes();
    let signature = STANDARD.encode([id.as_slice(), &key.sign(text.as_bytes())].concat());
    format!("{text}\n{DASH}{} {signature}\n", public.origin())
}

/// The text of a note that `key` signed. Signatures of others are not looked at, beyond their form.
pub(crate) fn open<'n>(note: &'n str, key: &VerifierKey) -> Result<&'n str, NoteError> {
    let (text, signatures) = split(note)?;
    let mut signed = false;
    for (count, line) in signatures.lines().enumerate() {
        if count == MAX_SIGNATURES {
            return Err(NoteError::Signatures {
                max: MAX_SIGNATURES,
            });
        }
        let line = Line::read(line)?;
        // A name may have several keys, and an id several names; both together are one key.
        if line.name == key.origin().as_str() && line.id == key.id() {
            key.verify(text.as_bytes(), &line.signature)?;
            signed = true;
        }
    }
    if signed {
        Ok(text)
    } else {
        Err(NoteError::Unsigned)
    }
}

/// The text with its last line's end, and the signature lines: all that follows the last empty line.
fn split(note: &str) -> Result<(&str, &str), NoteError> {
    if note.len() > MAX_NOTE_BYTES {
        return Err(NoteError::TooLarge {
            max: MAX_NOTE_BYTES,
        });
    }
    let malformed = NoteError::Form {
        expected: "lines of text, an empty line, and signature lines",
    };
    let control = |c: char| c < ' ' && c != '\n';
    let middle = note.rfind("\n\n").filter(|_| note.ends_with('\n'));
    let Some(middle) = middle.filter(|_| !note.contains(control)) else {
        return Err(malformed);
    };
    let (text, rest) = note.split_at(middle + 1);
    let signatures = rest.strip_prefix('\n').filter(|lines| !lines.is_empty());
    signatures.map(|lines| (text, lines)).ok_or(malformed)
}

/// One signature line.
struct Line<'n> {
    name: &'n str,
    id: u32,
    signature: Vec<u8>,
}

impl<'n> Line<'n> {
    fn read(line: &'n str) -> Result<Self, NoteError> {
        Self::parse(line).ok_or(NoteError::Form {
            expected: "a signature line: a dash, a name, and in base64 a key id with a signature",
        })
    }

    fn parse(line: &'n str) -> Option<Self> {
        let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
        let signature = STANDARD.decode(signature).ok()?;
        let (id, signature) = signature.split_first_chunk()?;
        let fine = is_key_name(name) && !signature.is_empty();
        fine.then(|| Self {
            name,
            id: u32::from_be_bytes(*id),
            signature: signature.to_vec(),
        })
    }
}
