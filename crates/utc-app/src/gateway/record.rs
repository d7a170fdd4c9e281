//! The bytes of an outgoing request, as they are sealed while it waits.
//!
//! A byte of version, then method, origin and path, a byte that says whether there is a query and then the query, the
//! number of headers, name and value of each, and the body to the end. Each text has its length before it, in four
//! bytes, most significant first, as has the number of headers.

use bytes::{Buf as _, Bytes};

use super::Outgoing;

const VERSION: u8 = 1;

/// Why bytes are no held request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Another version of this program wrote it.
    #[error("the held request has form {found}, known is {VERSION}")]
    Version {
        /// The form that it has.
        found: u8,
    },
    /// It ends too early, or holds what cannot stand there.
    #[error("the held request is damaged")]
    Damaged,
    /// A part is longer than the form can say, 4 GiB.
    #[error("a part of the request is too long to be held")]
    TooLong,
}

impl Outgoing {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// [`RecordError::TooLong`] when a part has 4 GiB or more.
    pub fn to_record(&self) -> Result<Vec<u8>, RecordError> {
        let mut out = vec![VERSION];
        for text in [&self.method, &self.origin, &self.path] {
            put(&mut out, text.as_bytes())?;
        }
        out.push(u8::from(self.query.is_some()));
        if let Some(query) = &self.query {
            put(&mut out, query.as_bytes())?;
        }
        put_headers(&mut out, &self.headers)?;
        out.extend_from_slice(&self.body);
        Ok(out)
    }

    /// Reads what [`Outgoing::to_record`] wrote.
    ///
    /// # Errors
    /// [`RecordError`] for bytes of another version, and for damaged ones.
    pub fn from_record(mut record: Bytes) -> Result<Self, RecordError> {
        match record.try_get_u8() {
            Ok(VERSION) => {}
            Ok(found) => return Err(RecordError::Version { found }),
            Err(_) => return Err(RecordError::Damaged),
        }
        Ok(Self {
            method: text(&mut record)?,
            origin: text(&mut record)?,
            path: text(&mut record)?,
            query: query(&mut record)?,
            headers: headers(&mut record)?,
            body: record,
        })
    }
}

fn put(out: &mut Vec<u8>, part: &[u8]) -> Result<(), RecordError> {
    put_length(out, part.len())?;
    out.extend_from_slice(part);
    Ok(())
}

fn put_length(out: &mut Vec<u8>, length: usize) -> Result<(), RecordError> {
    let length = u32::try_from(length).map_err(|_| RecordError::TooLong)?;
    out.extend_from_slice(&length.to_be_bytes());
    Ok(())
}

pub(super) fn put_headers(
    out: &mut Vec<u8>,
    headers: &[(String, Vec<u8>)],
) -> Result<(), RecordError> {
    put_length(out, headers.len())?;
    for (name, value) in headers {
        put(out, name.as_bytes())?;
        put(out, value)?;
    }
    Ok(())
}

fn length(record: &mut Bytes) -> Result<usize, RecordError> {
    let length = record.try_get_u32().map_err(|_| RecordError::Damaged)?;
    usize::try_from(length).map_err(|_| RecordError::Damaged)
}

fn part(record: &mut Bytes) -> Result<Bytes, RecordError> {
    let length = length(record)?;
    if length > record.len() {
        return Err(RecordError::Damaged);
    }
    Ok(record.split_to(length))
}

fn text(record: &mut Bytes) -> Result<String, RecordError> {
    let bytes = part(record)?.to_vec();
    String::from_utf8(bytes).map_err(|_| RecordError::Damaged)
}

fn query(record: &mut Bytes) -> Result<Option<String>, RecordError> {
    match record.try_get_u8() {
        Ok(0) => Ok(None),
        Ok(1) => text(record).map(Some),
        Ok(_) | Err(_) => Err(RecordError::Damaged),
    }
}

/// Nothing is reserved for a number that the bytes only claim.
pub(super) fn headers(record: &mut Bytes) -> Result<Vec<(String, Vec<u8>)>, RecordError> {
    let count = length(record)?;
    (0..count)
        .map(|_| Ok((text(record)?, part(record)?.to_vec())))
        .collect()
}
