//! The texts of a bag (RFC 8493): written one way, read strictly.

mod manifest;

use std::fmt::Write as _;

pub(crate) use manifest::{Line, Manifest};

/// `bagit.txt`, as it has to be.
pub(crate) const DECLARATION_TEXT: &str =
    "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// What `bag-info.txt` says for people.
pub(crate) struct Bag {
    /// The day of the last receipt, `2026-01-31`: a bundle knows no other clock.
    pub(crate) date: Option<String>,
    /// Which log, and how much of it.
    pub(crate) identifier: String,
    /// What made it.
    pub(crate) software: String,
}

impl Bag {
    pub(crate) fn info(&self, octets: u64, files: usize) -> String {
        let mut text = format!("Bag-Software-Agent: {}\n", self.software);
        if let Some(date) = &self.date {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "Bagging-Date: {date}");
        }
        let _ = writeln!(text, "External-Identifier: {}", self.identifier);
        let _ = writeln!(text, "Payload-Oxum: {octets}.{files}");
        text
    }
}

/// Checks the declaration: its exact text, which leaves no other version, encoding or byte order mark.
/// Lines may end as they do anywhere.
pub(crate) fn check_declaration(bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
    let lines: Vec<&str> = text.lines().collect();
    let expected: Vec<&str> = DECLARATION_TEXT.lines().collect();
    if lines == expected {
        return Ok(());
    }
    let ours = format!("it has to say `{}`", expected.join("`, `"));
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => Err("it begins with a byte order mark".to_owned()),
        _ => Err(ours),
    }
}

/// What `Payload-Oxum` of `bag-info.txt` says: bytes and files of the payload.
pub(crate) fn oxum(bytes: &[u8]) -> Result<(u64, u64), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
    let mut said = text
        .lines()
        .filter_map(|line| line.strip_prefix("Payload-Oxum:"));
    let (Some(oxum), None) = (said.next(), said.next()) else {
        return Err("it needs one `Payload-Oxum`".to_owned());
    };
    let parts = oxum.trim().split_once('.');
    let parsed =
        parts.and_then(|(octets, files)| Some((octets.parse().ok()?, files.parse().ok()?)));
    parsed.ok_or_else(|| "`Payload-Oxum` is not two numbers with a dot between them".to_owned())
}
