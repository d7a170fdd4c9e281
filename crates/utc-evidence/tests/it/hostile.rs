//! ZIPs that mean harm.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use utc_attestation::Outcome;
use utc_evidence::{Anchors, Bundle, CheckName, Filter, Limits, ReadError, Status, verify_bundle};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::fixture::{Log, anchored, export, verify};
use crate::forge::{Files, pack};

fn open(zip: &[u8], limits: Limits) -> Result<(), ReadError> {
    Bundle::open(Cursor::new(zip), limits).map(drop)
}

#[track_caller]
fn check_refused(zip: &[u8], message: &str) {
    check_refused_with(zip, Limits::USUAL, message);
}

#[track_caller]
fn check_refused_with(zip: &[u8], limits: Limits, message: &str) {
    let error = open(zip, limits).unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
}

fn one(name: &str) -> Vec<u8> {
    pack([(name.to_owned(), b"x".to_vec())])
}

/// The same bytes with every occurrence of `from` replaced, which has the same length.
fn replaced(zip: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut zip = zip.to_vec();
    let mut at = 0;
    while let Some(found) = zip[at..]
        .windows(from.len())
        .position(|bytes| bytes == from)
    {
        zip[at + found..at + found + to.len()].copy_from_slice(to);
        at += found + to.len();
    }
    zip
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let cases = [
        ("/etc/passwd", "is absolute"),
        ("b/../../x", "a part of dots"),
        ("b/./x", "a part of dots"),
        ("b//x", "an empty part"),
        ("b/x\\y", "a backslash"),
        ("..\\x", "a backslash"),
        ("C:/x", "some systems give a meaning"),
        ("b/x:y", "some systems give a meaning"),
        ("b/\u{7}", "printable ASCII"),
        ("b/ä", "printable ASCII"),
        ("b/x.", "ends with a dot"),
        ("b/~x", "a tilde"),
        ("x", "beside it"),
    ];
    for (name, message) in cases {
        // A writer may clean names up, so the name is put in afterwards.
        let length = name.len();
        let placeholder = "p".repeat(length);
        let zip = replaced(&one(&placeholder), placeholder.as_bytes(), name.as_bytes());
        println!("{name}");
        check_refused(&zip, message);
    }
    let long = format!("b/{}", "x".repeat(300));
    check_refused(&one(&long), "longer than 255 bytes");
}

#[test]
fn two_folders_are_refused() {
    let zip = pack([("a/x".to_owned(), vec![]), ("b/x".to_owned(), vec![])]);
    check_refused(&zip, "has `b/x` beside it");
}

#[test]
fn the_same_name_twice_is_refused_in_any_case() {
    let zip = pack([("b/xa".to_owned(), vec![]), ("b/xb".to_owned(), vec![])]);
    let zip = replaced(&zip, b"b/xb", b"b/xa");
    check_refused(&zip, "not a readable ZIP");
    let zip = pack([("b/x".to_owned(), vec![]), ("b/X".to_owned(), vec![])]);
    check_refused(&zip, "both called `b/X`");
}

#[test]
fn links_and_devices_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    zip.add_symlink("b/x", "/etc/passwd", options).unwrap();
    let link = zip.finish().unwrap().into_inner();
    check_refused(&link, "a link or a device");
    // The same mode with another kind of file: a device.
    let device = replaced(&link, &[0xff, 0xa1], &[0xff, 0x21]);
    assert_ne!(link, device);
    check_refused(&device, "a link or a device");
}

#[test]
fn what_is_encrypted_or_packed_in_another_way_is_refused() {
    let zip = one("b/x");
    let central = zip
        .windows(4)
        .position(|bytes| bytes == b"PK\x01\x02")
        .unwrap();
    let with = |local: usize, value: u16| {
        let mut zip = zip.clone();
        zip[local..local + 2].copy_from_slice(&value.to_le_bytes());
        zip[central + local + 2..central + local + 4].copy_from_slice(&value.to_le_bytes());
        zip
    };
    check_refused(&with(6, 1), "is encrypted");
    check_refused(&with(8, 12), "a method that is not read here");
    check_refused(&with(8, 99), "");
}

#[test]
fn limits_hold_before_anything_is_unpacked() {
    let zip = pack((0..4).map(|number| (format!("b/{number}"), vec![0; 100])));
    let small = |change: fn(&mut Limits)| {
        let mut limits = Limits::USUAL;
        change(&mut limits);
        limits
    };
    check_refused_with(
        &zip,
        small(|limits| limits.entries = 3),
        "has 4 files, 3 are allowed",
    );
    check_refused_with(
        &zip,
        small(|limits| limits.file_bytes = 99),
        "100 bytes when unpacked",
    );
    check_refused_with(
        &zip,
        small(|limits| limits.total_bytes = 399),
        "everything together",
    );
    assert!(open(&zip, Limits::USUAL).is_ok());

    let bomb = pack([("b/x".to_owned(), vec![0; 8 * 1024 * 1024])]);
    assert!(bomb.len() < 32 * 1024);
    check_refused(&bomb, "unpacks to more than 250 times its size");
}

#[test]
fn a_directory_that_promises_more_than_there_is_costs_nothing() {
    let mut zip = one("b/x");
    let end = zip.len() - 22;
    zip[end + 8..end + 12].copy_from_slice(&[0xfe, 0xff, 0xfe, 0xff]);
    check_refused(&zip, "not a readable ZIP");
    let small = Limits {
        entries: 1_000,
        ..Limits::USUAL
    };
    check_refused_with(&zip, small, "has 65534 files");
    zip[end + 12..end + 16].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
    zip[end + 8..end + 12].copy_from_slice(&[1, 0, 1, 0]);
    check_refused_with(&zip, small, "the directory of the ZIP");
}

#[test]
fn what_stands_before_or_behind_a_zip_is_refused() {
    let zip = one("b/x");
    for behind in [&b"x"[..], &[0; 22], &zip] {
        let joined = [&zip[..], behind].concat();
        assert!(
            open(&joined, Limits::USUAL).is_err(),
            "{} bytes",
            behind.len()
        );
    }
    assert!(open(&[b"#!/bin/sh\n", &zip[..]].concat(), Limits::USUAL).is_err());
    for end in [0, 1, 21, 22, zip.len() - 1] {
        check_refused(&zip[..end], "does not end as a ZIP does");
    }
    let mut commented = zip.clone();
    let length = commented.len();
    commented[length - 2] = 3;
    commented.extend(b"abc");
    check_refused(&commented, "does not end as a ZIP does");
    check_refused(&pack([]), "the ZIP is empty");
}

#[test]
fn two_names_for_one_file_are_refused() {
    let zip = one("b/x");
    // The first place is the file's own header, the second the directory.
    let at = zip.windows(3).position(|bytes| bytes == b"b/x").unwrap();
    let mut other = zip.clone();
    other[at + 2] = b'y';
    check_refused(&other, "not a readable ZIP");
}

#[test]
fn a_file_that_lies_about_its_size_is_not_read_beyond_it() {
    let files = Files::of(&export(&mut Log::new(10), &Filter::default()));
    let zip = files.pack();
    let index = files.0["data/index.csv"].len();
    let lie = u32::try_from(index - 1).unwrap().to_le_bytes();
    let zip = replaced(&zip, &u32::try_from(index).unwrap().to_le_bytes(), &lie);
    let Ok(mut bundle) = Bundle::open(Cursor::new(zip), Limits::USUAL) else {
        return;
    };
    let report = verify_bundle(&mut bundle, &mut anchored(), &mut |_, _| {});
    assert_eq!(report.outcome(CheckName::Manifest), Outcome::Failed);
}

#[test]
fn a_bundle_under_another_folder_name_and_with_folders_listed_is_the_same() {
    let files = Files::of(&export(&mut Log::new(10), &Filter::default()));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for folder in ["mine/", "mine/data/"] {
        zip.add_directory(folder, options).unwrap();
    }
    for (path, bytes) in &files.0 {
        zip.start_file(format!("mine/{path}"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    assert_eq!(verify(&zip, &mut anchored()).status, Status::Valid);
}

#[test]
fn a_checkpoint_that_claims_a_huge_log_ends_the_search_for_tiles_soon() {
    let key = crate::fixture::log_key(3);
    let mut checkpoint = Log::new(1).checkpoint(1);
    checkpoint.size = 1 << 60;
    let note = utc_attestation::log::sign_checkpoint(&key, &checkpoint).unwrap();
    let mut files = Files::of(&export(&mut Log::new(10), &Filter::default()));
    files.put("data/log/checkpoint", note);
    files.put("data/keys/log.vkey", key.verifier_key().to_string());
    files.relist();
    let report = verify(&files.pack(), &mut Anchors::default());
    assert_eq!(report.outcome(CheckName::Tiles), Outcome::Failed);
}

fn small_bundle() -> Vec<u8> {
    export(&mut Log::new(3), &Filter::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Nothing in a damaged bundle makes the reader panic, and what is still valid says the same.
    #[test]
    fn damage_anywhere_does_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut zip = small_bundle();
        for (at, byte) in changes {
            let at = at.index(zip.len());
            zip[at] = byte;
        }
        if let Ok(mut bundle) = Bundle::open(Cursor::new(&zip), Limits::USUAL) {
            let report = verify_bundle(&mut bundle, &mut anchored(), &mut |_, _| {});
            prop_assert!(report.status != Status::Valid || report.population == 3);
        }
    }

    #[test]
    fn noise_is_no_bundle(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(open(&bytes, Limits::USUAL).is_err());
    }
}
