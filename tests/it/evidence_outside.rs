//! An evidence bundle in programs that nobody here wrote, and in the offline verifier.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use utc_test_support::{SECRET, Server, ServerOptions, TempDir, admin, program_path, workspace};

use crate::calls::question;
use crate::jwt::python;
use crate::log_outside::go::{GoVerifier, is_there};

/// How many decisions the bundle holds: tiles on two levels, and one that is not full.
const DECISIONS: usize = 600;

/// A bundle of a server's log, packed and unpacked.
struct Made {
    zip: PathBuf,
    folder: PathBuf,
    /// How many receipts are in it.
    receipts: u64,
    // It takes its files along when it goes.
    _temp: TempDir,
}

impl Made {
    fn new() -> Self {
        let temp = TempDir::new();
        let zip = temp.path().join("bundle.zip");
        let options = ServerOptions::sqlite();
        let server = Server::start(&options);
        let questions = vec![question("write:order", "orders"); DECISIONS];
        let asked = Value::Array(questions);
        server.post("/api/v1/decide/batch", &asked).ok();
        let output = zip.to_str().unwrap();
        let exported = admin(
            &options,
            &["evidence", "export", "--json", "--output", output],
        );
        let receipts = exported.ok().json()["population"].as_u64().unwrap();
        let unpacked = Command::new(python())
            .args(["-m", "zipfile", "-e"])
            .args([&zip, temp.path()])
            .output()
            .unwrap();
        check_ok(&unpacked);
        Self {
            folder: temp.path().join("utc-evidence"),
            zip,
            receipts,
            _temp: temp,
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        Command::new(program)
            .args(arguments)
            .current_dir(&self.folder)
            .output()
            .unwrap()
    }

    fn libraries(&self) -> Output {
        let script = workspace().join("tests/py/verify_bundle.py");
        let folder = self.folder.to_str().unwrap();
        self.run(&python(), &[script.to_str().unwrap(), folder, SECRET])
    }

    fn openssl(&self) -> Output {
        let list = "tagmanifest-sha256.txt";
        let signature = "tagmanifest-sha256.txt.sig";
        let key = ["-pubin", "-inkey", "data/keys/log.pem"];
        let files = ["-rawin", "-in", list, "-sigfile", signature];
        self.run(
            "openssl",
            &[&["pkeyutl", "-verify"], &key[..], &files[..]].concat(),
        )
    }

    fn append(&self, path: &str) {
        let path = self.folder.join(path);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.push(b'\n');
        std::fs::write(path, bytes).unwrap();
    }
}

#[track_caller]
fn check_ok(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{}", text(output));
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const SUMS: [&str; 3] = ["--check", "--strict", "--quiet"];

#[test]
fn sums_bag_signature_and_receipts_hold_in_other_programs() {
    let made = Made::new();
    for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        check_ok(&made.run("sha256sum", &[&SUMS[..], &[list]].concat()));
    }
    check_ok(&made.openssl());
    let libraries = made.libraries();
    check_ok(&libraries);
    assert_eq!(text(&libraries).trim(), made.receipts.to_string());
}

#[test]
fn what_was_changed_is_refused_by_other_programs_too() {
    let made = Made::new();
    made.append("data/receipts/000000.jsonl");
    let sums = made.run("sha256sum", &[&SUMS[..], &["manifest-sha256.txt"]].concat());
    assert!(!sums.status.success());
    let libraries = made.libraries();
    assert_eq!(libraries.status.code(), Some(1));
    let said = String::from_utf8_lossy(&libraries.stderr).into_owned();
    assert!(said.contains("BagValidationError"), "{said}");
    made.append("tagmanifest-sha256.txt");
    assert!(!made.openssl().status.success());
}

#[test]
fn gos_packages_read_the_log_in_a_bundle() {
    let Some(verifier) = GoVerifier::build() else {
        return;
    };
    let made = Made::new();
    let log = made.folder.join("data/log");
    std::fs::copy(made.folder.join("data/keys/log.vkey"), log.join("vkey")).unwrap();
    let found = verifier.check_accepts(&log);
    assert!(
        found.contains(&format!("size {}", made.receipts)),
        "{found}"
    );
    let tile = log.join("tile/0/001");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[32] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    verifier.check_refuses(&log, "leaf 3");
}

/// The commands that the bundle itself names, block by block, as an auditor would copy them.
fn blocks(made: &Made) -> Vec<String> {
    let how_to = std::fs::read_to_string(made.folder.join("data/VERIFY.md")).unwrap();
    let (_, without) = how_to.split_once("## Without it").unwrap();
    let mut blocks = vec![String::new()];
    for line in without.lines() {
        let block = blocks.last_mut().unwrap();
        match line.strip_prefix("       ") {
            Some(command) => {
                block.push_str(command);
                block.push('\n');
            }
            None if line.is_empty() && block.contains("<<'GO'") => block.push('\n'),
            None if block.is_empty() => {}
            None => blocks.push(String::new()),
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// Runs commands with the Python that has the libraries in front of the path.
fn shell(made: &Made, commands: &str) -> Output {
    let python = PathBuf::from(python());
    let libraries = python.parent().unwrap().display();
    let commands = format!("PATH={libraries}:$PATH\n{commands}");
    Command::new("bash")
        .args(["-e", "-u", "-o", "pipefail", "-c", &commands])
        .env("HMAC_SECRET", SECRET)
        .env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go"))
        .env("CGO_ENABLED", "0")
        .current_dir(&made.folder)
        .output()
        .unwrap()
}

#[test]
fn the_commands_in_the_bundle_are_right_as_they_are() {
    let made = Made::new();
    let blocks = blocks(&made);
    let all = made.receipts;
    let expected = [
        String::new(),
        "Signature Verified Successfully\nSignature Verified Successfully".to_owned(),
        format!(
            "the tiles lead to the root of {all} entries\n{all} receipts are leaves of the log"
        ),
        format!("{all} receipts are leaves of the log of utc.local/log"),
        format!("{all} tags are right"),
    ];
    assert_eq!(blocks.len(), expected.len(), "{blocks:?}");
    for (commands, expected) in blocks.iter().zip(expected) {
        if commands.contains("go run") && !is_there("go", "version") {
            continue;
        }
        let ran = shell(&made, commands);
        check_ok(&ran);
        assert!(
            text(&ran).trim().ends_with(expected.as_str()),
            "{}",
            text(&ran)
        );
    }
    // Each of them looks at the receipts, or at what stands for them.
    let path = made.folder.join("data/receipts/000000.jsonl");
    let receipts = std::fs::read_to_string(&path).unwrap();
    let (_, rest) = receipts.split_once('\n').unwrap();
    let first = rest.lines().next().unwrap();
    std::fs::write(
        &path,
        format!("{}\n{rest}", first.replacen(".ey", ".eA", 1)),
    )
    .unwrap();
    made.append("tagmanifest-sha256.txt");
    for commands in &blocks {
        if !commands.contains("go run") || is_there("go", "version") {
            assert!(!shell(&made, commands).status.success(), "{commands}");
        }
    }
}

#[test]
fn a_kept_checkpoint_is_compared_by_the_script_in_the_bundle() {
    let made = Made::new();
    let tree = blocks(&made).swap_remove(2);
    let with_kept = |text: &str| {
        std::fs::write(made.folder.join("../kept"), text).unwrap();
        shell(&made, &tree.replacen("python3 -", "python3 - ../kept", 1))
    };
    let kept = std::fs::read_to_string(made.folder.join("data/log/checkpoint")).unwrap();
    check_ok(&with_kept(&kept));
    let size = format!("\n{}\n", made.receipts);
    let smaller = format!("\n{}\n", made.receipts - 1);
    let other = kept.replacen(&size, &smaller, 1);
    assert!(!with_kept(&other).status.success());
}

pub(crate) fn utc_verify(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> (Option<i32>, Value) {
    let output = Command::new(program_path("utc-verify"))
        .args(arguments)
        .arg("--json")
        .output()
        .unwrap();
    let value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code(), value)
}

fn outcome(report: &Value, name: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["name"] == name);
    found.unwrap()["outcome"].as_str().unwrap().to_owned()
}

#[test]
fn the_verifier_says_by_its_exit_code_what_it_found() {
    let made = Made::new();
    let at = |path: &str| made.folder.join(path);
    let (zip, vkey, head) = (
        &made.zip,
        at("data/keys/log.vkey"),
        at("data/log/checkpoint"),
    );
    let (code, report) = utc_verify(&[zip]);
    assert_eq!(
        (code, &report["status"]),
        (Some(3), &"consistent_not_anchored".into())
    );
    assert_eq!(report["population"], made.receipts);

    let secret = at("secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let (code, report) = utc_verify(&[zip, &"--vkey", &vkey, &"--hmac-secret-file", &secret]);
    assert_eq!((code, outcome(&report, "tags")), (Some(0), "ok".to_owned()));
    let (code, report) = utc_verify(&[zip, &"--head", &head]);
    assert_eq!((code, outcome(&report, "head")), (Some(0), "ok".to_owned()));

    let mut bytes = std::fs::read(zip).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle] ^= 1;
    let damaged = at("damaged.zip");
    std::fs::write(&damaged, &bytes).unwrap();
    assert_eq!(utc_verify(&[&damaged, &"--vkey", &vkey]).0, Some(1));

    assert_eq!(utc_verify(&[&at("bagit.txt")]).0, Some(2), "no ZIP");
    assert_eq!(utc_verify(&[&at("nothing")]).0, Some(2), "no file");
    assert_eq!(utc_verify(&[]).0, Some(2), "nothing asked");
    assert_eq!(
        utc_verify(&[zip, &"--receipt", &vkey]).0,
        Some(2),
        "two things asked"
    );
}

/// The first proof of the bundle, and the receipt that it is for.
fn first_proof(folder: &Path) -> (PathBuf, String) {
    let mut proofs: Vec<PathBuf> = std::fs::read_dir(folder.join("data/proofs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    proofs.sort();
    let text = std::fs::read_to_string(&proofs[0]).unwrap();
    let index = text.lines().nth(1).unwrap().strip_prefix("index ").unwrap();
    let receipts = std::fs::read_to_string(folder.join("data/receipts/000000.jsonl")).unwrap();
    let receipt = receipts.lines().nth(index.parse().unwrap()).unwrap();
    (proofs.remove(0), receipt.to_owned())
}

#[test]
fn the_verifier_checks_single_receipts_and_pairs_of_checkpoints() {
    let made = Made::new();
    let at = |path: &str| made.folder.join(path);
    let (vkey, head) = (at("data/keys/log.vkey"), at("data/log/checkpoint"));
    let (proof, receipt) = first_proof(&made.folder);
    let file = at("receipt.jws");
    std::fs::write(&file, &receipt).unwrap();
    let receipt_with =
        |file: &PathBuf| utc_verify(&[&"--receipt", file, &"--proof", &proof, &"--vkey", &vkey]).0;
    assert_eq!(receipt_with(&file), Some(0));
    std::fs::write(&file, receipt.replacen('.', ".e", 1)).unwrap();
    assert_eq!(receipt_with(&file), Some(1));
    assert_eq!(receipt_with(&at("nothing")), Some(2));

    for tiles in [&at("data/log"), &made.zip] {
        let asked = utc_verify(&[
            &"--consistency",
            &head,
            &head,
            &"--tiles",
            tiles,
            &"--vkey",
            &vkey,
        ]);
        assert_eq!(asked.0, Some(0));
    }
    assert_eq!(
        utc_verify(&[&"--consistency", &head, &head, &"--vkey", &vkey]).0,
        Some(2)
    );
}
