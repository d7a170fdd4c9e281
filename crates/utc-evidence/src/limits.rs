//! What a bundle may cost its reader.

/// Bounds on a ZIP that comes from anywhere. Beyond any of them it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most files in it.
    pub entries: u64,
    /// The longest file that is held in memory, unpacked, in bytes. Only `index.csv` may be longer: it
    /// is read in pieces.
    pub file_bytes: u64,
    /// All files together, unpacked, in bytes.
    pub total_bytes: u64,
    /// How many times its packed size a file may have. Files up to a mebibyte may have any.
    pub ratio: u64,
}

impl Limits {
    /// Room for a bundle of forty million receipts.
    pub const USUAL: Self = Self {
        entries: 400_000,
        file_bytes: 72 * 1024 * 1024,
        total_bytes: 512 * 1024 * 1024 * 1024,
        ratio: 250,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::USUAL
    }
}
