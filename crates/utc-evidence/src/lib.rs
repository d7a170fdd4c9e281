#![doc = include_str!("../README.md")]

mod bag;
mod claims;
mod counter;
mod digest;
mod export;
mod gaps;
mod index;
mod keys;
mod layout;
mod limits;
mod read;
mod report;
mod sample;
mod tally;
mod verify;
mod write;

pub use export::{
    Claim, Entry, Export, ExportError, ExportReceipt, Exported, Filter, KeyRange, Progress, Record,
    Source, Stage,
};
pub use limits::Limits;
pub use read::{Bundle, ReadError};
pub use verify::{
    Anchors, Between, Check, CheckName, Question, Report, Status, TagKeys, TileSource, Verdict,
    verify_bundle, verify_heads, verify_receipt,
};
