//! The end of a ZIP, looked at before anything is allocated for what it promises.

use std::io::{Read, Seek, SeekFrom};

use super::ReadError;
use crate::Limits;

const END: [u8; 4] = *b"PK\x05\x06";
const END_BYTES: u64 = 22;
const LOCATOR_64: [u8; 4] = *b"PK\x06\x07";
const LOCATOR_64_BYTES: u64 = 20;
const END_64: [u8; 4] = *b"PK\x06\x06";
const END_64_BYTES: u64 = 56;

/// The most bytes of directory that a file may take: its name twice, and the usual fields.
const DIRECTORY_BYTES_PER_ENTRY: u64 = 640;

/// What the end says about the directory.
struct Promise {
    entries: u64,
    bytes: u64,
    /// Where the directory begins.
    at: u64,
}

/// Checks that the ZIP ends with its directory, which leaves no doubt about which directory it is, and
/// that the directory is not larger than allowed.
pub(super) fn check<R: Read + Seek>(reader: &mut R, limits: &Limits) -> Result<(), ReadError> {
    let length = reader.seek(SeekFrom::End(0))?;
    let end: [u8; 22] = block(reader, length, END_BYTES)?.ok_or(ReadError::Trailing)?;
    if !end.starts_with(&END) || number(&end, 20, 2) != 0 {
        return Err(ReadError::Trailing);
    }
    let short = Promise {
        entries: number(&end, 10, 2),
        bytes: number(&end, 12, 4),
        at: number(&end, 16, 4),
    };
    let locator: Option<[u8; 20]> = block(reader, length, END_BYTES + LOCATOR_64_BYTES)?;
    if !locator.is_some_and(|locator| locator.starts_with(&LOCATOR_64)) {
        return short.check(limits, length - END_BYTES);
    }
    let before = END_BYTES + LOCATOR_64_BYTES + END_64_BYTES;
    let end: [u8; 56] = block(reader, length, before)?.ok_or(ReadError::Trailing)?;
    if !end.starts_with(&END_64) {
        return Err(ReadError::Trailing);
    }
    let long = Promise {
        entries: number(&end, 32, 8),
        bytes: number(&end, 40, 8),
        at: number(&end, 48, 8),
    };
    long.check(limits, length - before)
}

impl Promise {
    /// `end` is where the directory has to end.
    fn check(&self, limits: &Limits, end: u64) -> Result<(), ReadError> {
        if self.entries > limits.entries {
            return Err(ReadError::entries(self.entries, limits));
        }
        let max = limits.entries.saturating_mul(DIRECTORY_BYTES_PER_ENTRY);
        if self.bytes > max {
            return Err(ReadError::size("the directory of the ZIP", self.bytes, max));
        }
        if self.at.checked_add(self.bytes) == Some(end) {
            Ok(())
        } else {
            Err(ReadError::Trailing)
        }
    }
}

/// The `N` bytes that begin `before_end` bytes before the end; `None` where there is no such place.
fn block<const N: usize, R: Read + Seek>(
    reader: &mut R,
    length: u64,
    before_end: u64,
) -> Result<Option<[u8; N]>, ReadError> {
    let Some(at) = length.checked_sub(before_end) else {
        return Ok(None);
    };
    reader.seek(SeekFrom::Start(at))?;
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

/// A number of `bytes` bytes, the least significant first.
fn number(block: &[u8], at: usize, bytes: usize) -> u64 {
    let field = block.iter().skip(at).take(bytes).rev();
    field.fold(0, |number, &byte| number << 8 | u64::from(byte))
}
