//! Bags that are none, or none of ours.

use std::path::{Path, PathBuf};

use utc_attestation::Outcome;
use utc_evidence::{Anchors, CheckName, Filter, Limits, Report, Status};

use crate::fixture::{Log, anchored, export, log_key, verify};
use crate::forge::{Files, pack, sha256};

const MANIFEST: &str = "manifest-sha256.txt";

fn bundle() -> Files {
    Files::of(&export(&mut Log::new(10), &Filter::default()))
}

#[track_caller]
fn check_fault(report: &Report, name: CheckName, words: &str) {
    assert_eq!(report.status, Status::Wrong);
    let check = report
        .checks
        .iter()
        .find(|check| check.name == name)
        .unwrap();
    let found = check.faults.iter().any(|fault| fault.contains(words));
    assert!(found, "{name}: {:?}", check.faults);
}

/// A bundle with another tag file, listed and signed with the right key.
#[track_caller]
fn check_tag_file(path: &str, bytes: &[u8], name: CheckName, words: &str) {
    let mut files = bundle();
    files.put(path, bytes);
    files.list_tags();
    files.sign(&log_key(1));
    let report = verify(&files.pack(), &mut anchored());
    assert_eq!(report.outcome(CheckName::Signature), Outcome::Ok);
    check_fault(&report, name, words);
}

#[test]
fn the_declaration_is_exact() {
    let cases: [(&[u8], &str); 6] = [
        (b"", "it has to say"),
        (
            b"\xef\xbb\xbfBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "byte order mark",
        ),
        (
            b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n",
            "it has to say",
        ),
        (
            b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n",
            "it has to say",
        ),
        (
            b"BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "it has to say",
        ),
        (b"BagIt-Version: \xff\n", "it is not UTF-8"),
    ];
    for (text, words) in cases {
        check_tag_file("bagit.txt", text, CheckName::Bag, words);
    }
}

#[test]
fn the_information_has_the_size_of_the_payload() {
    let cases = [
        ("", "one `Payload-Oxum`"),
        (
            "Payload-Oxum: 1.1\nPayload-Oxum: 1.1\n",
            "one `Payload-Oxum`",
        ),
        ("Payload-Oxum: many\n", "not two numbers"),
        ("Payload-Oxum: 1.1\n", "says 1 bytes in 1 files"),
    ];
    for (text, words) in cases {
        check_tag_file("bag-info.txt", text.as_bytes(), CheckName::Bag, words);
    }
}

#[test]
fn fetching_is_refused() {
    let text = b"file:///etc/passwd 1 data/x\n";
    check_tag_file("fetch.txt", text, CheckName::Bag, "from elsewhere");
}

#[test]
fn manifests_are_read_strictly() {
    let zeros = "0".repeat(64);
    let cases = [
        (format!("{zeros}  ../x\n"), "a part of dots"),
        (format!("{zeros}  data/../../x\n"), "a part of dots"),
        (format!("{zeros}  /etc/passwd\n"), "is absolute"),
        (format!("{zeros}  data\\x\n"), "a backslash"),
        (format!("{zeros}  ~/x\n"), "a tilde"),
        (format!("{zeros}  data/x%0Ay\n"), "printable ASCII"),
        (
            format!("{zeros}  data/a%25b\n"),
            "`data/a%b` is listed and missing",
        ),
        (
            format!("{zeros}  data/x\n{zeros}  data/x\n"),
            "listed twice",
        ),
        (
            format!("{zeros} *data/x\n"),
            "`data/x` is listed and missing",
        ),
        ("00  data/x\n".to_owned(), "64 hexadecimal digits"),
        ("data/x\n".to_owned(), "a line is"),
    ];
    for (line, words) in cases {
        println!("{line}");
        let listed = bundle().text(MANIFEST) + &line;
        check_tag_file(MANIFEST, listed.as_bytes(), CheckName::Manifest, words);
    }
    check_tag_file(MANIFEST, b"\xff\n", CheckName::Manifest, "not UTF-8");
}

#[test]
fn another_manifest_beside_ours_has_to_be_listed_and_is_not_believed() {
    let mut files = bundle();
    files.put("manifest-sha512.txt", "x");
    files.list_tags();
    files.sign(&log_key(1));
    let report = verify(&files.pack(), &mut anchored());
    check_fault(&report, CheckName::Contents, "`manifest-sha512.txt`");
}

/// The hostile cases of the suite by the Library of Congress. Where they list MD5 or SHA-512, the list is
/// turned into ours, with a hash that is wrong wherever theirs is.
#[test]
fn the_invalid_bags_of_the_conformance_suite_are_refused() {
    let Some(root) = utc_test_support::vectors::folder("bagit-conformance") else {
        return;
    };
    let cases = [
        (
            "v0.97/invalid/baginfo-missing-encoding",
            "bag: `bagit.txt`: it has to say",
        ),
        (
            "v0.97/invalid/bom-in-bagit.txt",
            "bag: `bagit.txt`: it begins with a byte order mark",
        ),
        (
            "v0.97/invalid/corrupt-data-file",
            "manifest: `data/bare-filename` was changed",
        ),
        (
            "v0.97/invalid/corrupt-tag-file",
            "tag_manifest: `bag-info.txt` was changed",
        ),
        ("v0.97/invalid/extra-file-in-bag", "is not listed"),
        (
            "v0.97/invalid/invalid-version-number",
            "bag: `bagit.txt`: it has to say",
        ),
        (
            "v0.97/invalid/missing-baginfo",
            "bag: `bag-info.txt` is missing",
        ),
        (
            "v0.97/invalid/missing-bagit.txt",
            "bag: `bagit.txt` is missing",
        ),
        (
            "v0.97/invalid/out-of-scope-file-paths-using-dot-notation",
            "a part of dots",
        ),
        (
            "v0.97/invalid/out-of-scope-file-paths-using-dot-notation-for-fetch",
            "`fetch.txt` asks",
        ),
        (
            "v0.97/invalid/same-filename-listed-twice-with-different-hashes",
            "listed twice",
        ),
        (
            "v1.0/invalid/bagit-with-invalid-whitespace",
            "bag: `bagit.txt`: it has to say",
        ),
        ("v1.0/invalid/notAllManifestsListAllFiles", "is not listed"),
        (
            "v1.0/invalid/same-filename-listed-twice-with-different-hashes",
            "listed twice",
        ),
        (
            "v1.0/invalid/same-filename-listed-twice-with-the-same-hash",
            "listed twice",
        ),
    ];
    for (name, words) in cases {
        let report = suite_report(&root.join(name));
        assert_eq!(report.status, Status::Wrong, "{name}");
        let faults: Vec<String> = report
            .checks
            .iter()
            .flat_map(|check| {
                check
                    .faults
                    .iter()
                    .map(move |fault| format!("{}: {fault}", check.name))
            })
            .collect();
        let found = faults.iter().any(|fault| fault.contains(words));
        assert!(found, "{name}: {faults:?}");
    }
}

fn suite_report(folder: &Path) -> Report {
    let mut files = Vec::new();
    collect(folder, folder, &mut files);
    let lists: Vec<_> = files
        .iter()
        .filter(|(path, _)| path.starts_with("manifest-") || path.starts_with("tagmanifest-"))
        .cloned()
        .collect();
    files.retain(|(path, _)| !lists.iter().any(|(list, _)| list == path));
    for (path, text) in lists {
        let (kind, algorithm) = path.split_once('-').unwrap();
        let ours = format!("{kind}-sha256.txt");
        if algorithm != "sha256.txt" && files.iter().any(|(path, _)| *path == ours) {
            continue;
        }
        let text = translated(&String::from_utf8(text).unwrap(), algorithm, &files);
        files.retain(|(path, _)| *path != ours);
        files.push((ours, text.into_bytes()));
    }
    let named = files
        .into_iter()
        .map(|(path, bytes)| (format!("b/{path}"), bytes));
    let zip = pack(named);
    let mut bundle = utc_evidence::Bundle::open(std::io::Cursor::new(zip), Limits::USUAL).unwrap();
    utc_evidence::verify_bundle(&mut bundle, &mut Anchors::default(), &mut |_, _| {})
}

/// A list of another algorithm as one of SHA-256. The suite's corrupt files say so in their names' cases: a
/// hash that is not right becomes one that is not right.
fn translated(list: &str, algorithm: &str, files: &[(String, Vec<u8>)]) -> String {
    if algorithm == "sha256.txt" {
        return list.to_owned();
    }
    let line = |line: &str| {
        let (theirs, path) = line.split_once([' ', '\t']).unwrap();
        let file = files.iter().find(|(name, _)| name == path.trim());
        let right = file.filter(|(_, bytes)| digest_with(algorithm, bytes) == theirs);
        let ours = right.map_or_else(|| "0".repeat(64), |(_, bytes)| sha256(bytes));
        format!("{ours}  {}\n", path.trim())
    };
    list.lines().map(line).collect()
}

fn digest_with(algorithm: &str, bytes: &[u8]) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let tool = format!("{}sum", algorithm.trim_end_matches(".txt"));
    let mut child = Command::new(tool)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .to_owned()
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            files.push((name, std::fs::read(&path).unwrap()));
        }
    }
}
