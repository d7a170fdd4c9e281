//! Evidence from a running server, in the offline verifier's hands.

mod tampered;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use utc_test_support::{Answer, Client, SECRET, Server, ServerOptions, TempDir, Upstream, admin};

use crate::calls::{RISKY, receipt, set_rule, write};
use crate::disk::Mounted;
use crate::evidence_outside::utc_verify;
use crate::load::wait_until;
use crate::stage::{DONE, Stage};

const EVIDENCE: &str = "/api/v1/evidence";

/// What an auditor has: a folder of their own, and in it what they got from the log by another way than the bundle.
struct Auditor {
    folder: TempDir,
}

impl Auditor {
    fn new(client: &Client) -> Self {
        let auditor = Self {
            folder: TempDir::new(),
        };
        auditor.keep("vkey", &client.get("/log/vkey").text());
        auditor.keep("head", &client.get("/log/checkpoint").text());
        auditor.keep("secret", SECRET);
        auditor
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn keep(&self, name: &str, content: &str) {
        fs::write(self.at(name), content).unwrap();
    }

    /// With everything from outside.
    fn verify(&self, bundle: &Path) -> (Option<i32>, Value) {
        let (vkey, head, secret) = (self.at("vkey"), self.at("head"), self.at("secret"));
        utc_verify(&[
            &bundle,
            &"--vkey",
            &vkey,
            &"--head",
            &head,
            &"--hmac-secret-file",
            &secret,
        ])
    }

    /// With the key alone.
    fn verify_by_key(&self, bundle: &Path) -> Option<i32> {
        utc_verify(&[&bundle, &"--vkey", &self.at("vkey")]).0
    }
}

/// Exports through `utc-admin` and says what it said.
#[track_caller]
fn export(options: &ServerOptions, file: &Path, filter: &[&str]) -> Value {
    let output = file.to_str().unwrap();
    let arguments = [
        &["evidence", "export", "--json", "--output", output],
        filter,
    ]
    .concat();
    admin(options, &arguments).ok().json()
}

/// Begins an export and waits for its end.
fn ended(client: &Client, body: &Value) -> Value {
    let started = client.post(EVIDENCE, body);
    assert_eq!(started.status, 202, "{started:?}");
    let path = started.json()["status_url"].as_str().unwrap().to_owned();
    let mut view = Value::Null;
    wait_until("the export has ended", || {
        view = client.get(&path).ok();
        view["state"] != "running"
    });
    view
}

fn download(client: &Client, view: &Value) -> Answer {
    client.get(view["result"]["download_url"].as_str().unwrap())
}

fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").unwrap();
        digits
    })
}

/// Approvals, executions, rules and decisions.
fn history(options: ServerOptions) -> (Stage, Upstream) {
    let upstream = Upstream::answering(DONE);
    let stage = Stage::new(options, &upstream);
    let sent = stage.hold();
    stage.approve(&sent);
    stage.wait_for(&sent, "done");
    stage.hold();
    stage.call("GET", "/v1/transfers", None);
    set_rule(stage.server.client(), RISKY, true);
    (stage, upstream)
}

fn check(options: ServerOptions) {
    let (stage, _upstream) = history(options);
    let client = stage.server.client();
    let auditor = Auditor::new(client);
    let view = ended(client, &json!({}));
    assert_eq!(view["state"], "done", "{view}");
    let result = &view["result"];
    let fetched = download(client, &view);
    let length = fetched.body.len().to_string();
    assert_eq!(fetched.header("content-length"), Some(length.as_str()));
    assert_eq!(fetched.header("content-type"), Some("application/zip"));
    let disposition = fetched.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=\"utc-evidence-"));
    assert_eq!(result["bytes"], fetched.body.len());
    assert_eq!(result["sha256"], sha256(&fetched.body));
    let bundle = auditor.at("bundle.zip");
    fs::write(&bundle, &fetched.body).unwrap();
    check_verdicts(&auditor, &bundle, &result["population"]);

    let left = receipt(client, &view["receipt_id"]);
    assert_eq!(left["payload"]["kind"], "export");
    assert_eq!(
        left["payload"]["meta"]["manifest_digest"],
        result["manifest_digest"]
    );
    assert_eq!(left["seq"], result["log_size"]);

    // Beside the running server, into the same log: what is new is the receipt of the export before.
    let second = auditor.at("second.zip");
    let told = export(&stage.options, &second, &[]);
    assert_eq!(
        told["population"].as_u64(),
        result["population"].as_u64().map(|n| n + 1)
    );
    assert_eq!(auditor.verify(&second).0, Some(0));
}

#[track_caller]
fn check_verdicts(auditor: &Auditor, bundle: &Path, population: &Value) {
    let (code, report) = auditor.verify(bundle);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(&report["population"], population);
    assert_eq!(utc_verify(&[&bundle]).0, Some(3), "nothing from outside");
    let other = Server::start(&ServerOptions::sqlite());
    let foreign = Auditor::new(other.client());
    let (code, report) = foreign.verify(bundle);
    assert_eq!(code, Some(1), "another log's key and head: {report}");
    foreign.keep("vkey", &fs::read_to_string(auditor.at("vkey")).unwrap());
    let (code, report) = foreign.verify(bundle);
    assert_eq!(code, Some(1), "another log's head: {report}");
}

#[test]
fn a_bundle_of_a_running_server_verifies_offline() {
    check(ServerOptions::sqlite());
}

#[test]
fn on_postgresql_too() {
    check(ServerOptions::postgres());
}

#[test]
fn parts_of_the_log_say_what_they_do_not_prove() {
    let (stage, _upstream) = history(ServerOptions::sqlite());
    let auditor = Auditor::new(stage.server.client());
    for (name, filter) in [
        ("unit.zip", ["--unit", "payments-api"]),
        ("subject.zip", ["--subject", "agent-7"]),
        ("from.zip", ["--from", "2020-01-01T00:00:00Z"]),
        ("to.zip", ["--to", "2020-01-01T00:00:00Z"]),
    ] {
        let bundle = auditor.at(name);
        let told = export(&stage.options, &bundle, &filter);
        assert_eq!(told["population"] == 0, name == "to.zip", "{told}");
        let (code, report) = auditor.verify(&bundle);
        assert_eq!(code, Some(0), "{name}: {report}");
        let verdicts = report["verdicts"].as_array().unwrap();
        let mut about = verdicts
            .iter()
            .filter(|v| v["about"] == "filter_completeness");
        let words = about.next().unwrap()["words"].as_str().unwrap();
        assert!(
            words.contains("asserted by the exporter"),
            "{name}: {words}"
        );
    }
}

#[test]
fn a_full_disk_ends_an_export_and_leaves_no_file() {
    let Some(disk) = Mounted::new("8k") else {
        return;
    };
    let options = ServerOptions::sqlite();
    let server = Server::start(&options);
    write(server.client(), "orders");
    let file = disk.path().join("bundle.zip");
    let refused = admin(
        &options,
        &["evidence", "export", "--output", file.to_str().unwrap()],
    );
    assert_eq!(refused.code(), Some(1));
    assert!(
        refused.stderr.contains("no room for the bundle"),
        "{refused:?}"
    );
    assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 0);
}

#[test]
fn only_auditors_of_everything_export_and_nobody_twice_into_one_file() {
    let options = ServerOptions::sqlite();
    let server = Server::start(&options);
    let token = |name: &str, rest: &[&str]| {
        let created = admin(
            &options,
            &[&["token", "create", name, "--role"], rest].concat(),
        );
        server.client().with_token(created.ok().stdout.trim())
    };
    let ask = |client: &Client| client.post(EVIDENCE, &json!({}));
    ask(&server.client().anonymous()).problem(401, "unauthenticated");
    ask(&token("op", &["operator"])).problem(403, "role_missing");
    ask(&token("some", &["auditor", "--unit", "pay*"])).problem(403, "unit_not_allowed");
    let auditor = token("all", &["auditor"]);
    let view = ended(&auditor, &json!({"unit": "payments"}));
    assert_eq!(view["started_by"], "token:all", "{view}");
    let other = token("other", &["viewer"]);
    let path = view["result"]["download_url"].as_str().unwrap();
    other.get(path).problem(403, "role_missing");

    let file = options.folder().join("bundle.zip");
    let arguments = ["evidence", "export", "--output", file.to_str().unwrap()];
    let said = admin(&options, &arguments).ok().stdout;
    assert!(
        said.contains("utc-verify") && said.contains("sha256:"),
        "{said}"
    );
    let before = fs::read(&file).unwrap();
    let refused = admin(&options, &arguments);
    assert_eq!(refused.code(), Some(1));
    assert!(refused.stderr.contains("is there already"), "{refused:?}");
    assert_eq!(fs::read(&file).unwrap(), before);
    assert_eq!(admin(&options, &["evidence", "export"]).code(), Some(2));
}

#[test]
fn bundles_go_with_the_server_that_made_them() {
    let options = ServerOptions::sqlite();
    let mut server = Server::start(&options);
    let folder = options.folder().join("data/evidence");
    let count = || fs::read_dir(&folder).unwrap().count();
    ended(server.client(), &json!({}));
    assert_eq!(count(), 1);
    server.stop();
    assert_eq!(count(), 0);
    let mut server = Server::start(&options);
    ended(server.client(), &json!({}));
    server.kill9();
    assert_eq!(count(), 1);
    let _server = Server::start(&options);
    assert_eq!(count(), 0, "the next start sweeps");
}
