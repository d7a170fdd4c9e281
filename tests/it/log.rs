//! The transparency log of a running server: checked from outside, guarded against its own database.

use std::fs;
use std::process::Command;

use serde_json::Value;
use utc_attestation::leaf_hash;
use utc_attestation::log::{Frontier, TreeHash, parent};
use utc_test_support::{Client, Server, ServerOptions, admin};

use crate::calls::{question, sql, write};
use crate::load::wait_until;
use crate::log_outside::go::GoVerifier;

const CHECKPOINT: &str = "/log/checkpoint";

/// Name and size in a checkpoint.
#[track_caller]
fn head(client: &Client) -> (String, u64) {
    let text = client.get(CHECKPOINT).text();
    let mut lines = text.lines();
    let origin = lines.next().unwrap().to_owned();
    (origin, lines.next().unwrap().parse().unwrap())
}

/// Waits until the signed head covers so many receipts.
#[track_caller]
fn wait_for_head(client: &Client, size: u64) {
    wait_until("the head is signed", || head(client).1 >= size);
}

fn on_both(check: impl Fn(&ServerOptions)) {
    check(&ServerOptions::sqlite());
    check(&ServerOptions::postgres());
}

/// A server that has written `receipts` decisions and was stopped politely.
#[track_caller]
fn written(options: &ServerOptions, receipts: usize) {
    let mut server = Server::start(options);
    for _ in 0..receipts {
        write(server.client(), "orders");
    }
    server.stop();
}

/// The server does not open the log, nor does the administrator's program, but to look at it; all say the same.
#[track_caller]
fn check_refused(options: &ServerOptions, says: &[&str]) {
    let refused =
        Server::try_start(options, &[]).expect_err("the log is not the one that was acknowledged");
    let told = admin(options, &["rules", "list"]);
    assert_eq!(told.code(), Some(1), "{told:?}");
    let looked = admin(options, &["receipts", "verify"]);
    assert_eq!(looked.code(), Some(1), "{looked:?}");
    for text in says {
        assert!(
            refused.output.contains(text),
            "`{text}`: {}",
            refused.output
        );
        assert!(told.stderr.contains(text), "`{text}`: {told:?}");
        assert!(looked.stdout.contains(text), "`{text}`: {looked:?}");
    }
}

#[test]
fn gos_verifier_accepts_a_servers_log_and_its_proofs() {
    let Some(verifier) = GoVerifier::build() else {
        return;
    };
    on_both(|options| {
        let server = Server::start(options);
        let questions: Vec<Value> = (0..700)
            .map(|n| question("write:order", &format!("unit-{}", n % 7)))
            .collect();
        let answers = server
            .post("/api/v1/decide/batch", &Value::Array(questions))
            .ok();
        wait_for_head(server.client(), 700);
        verifier.check_accepts(format!("{}/log", server.url()));
        let last = answers[699]["receipt_id"].as_str().unwrap();
        let proof = server.get(&format!("/api/v1/receipts/{last}/proof"));
        assert_eq!(proof.status, 200, "{}", proof.text());
        assert!(
            proof.text().starts_with("c2sp.org/tlog-proof@v1\n"),
            "{}",
            proof.text()
        );
    });
}

#[test]
fn a_stranger_sees_a_head_of_the_last_minute_and_whoever_is_known_the_newest() {
    let server = Server::start(&ServerOptions::sqlite());
    let stranger = server.client().anonymous();
    let (_, first) = head(&stranger);
    write(server.client(), "orders");
    wait_for_head(server.client(), first + 1);
    assert_eq!(
        head(&stranger).1,
        first,
        "how fast the log grows does not show"
    );
    let newer = format!("/log/tile/0/000.p/{}", first + 1);
    assert_eq!(server.get(&newer).status, 200);
    stranger.get(&newer).problem(404, "not_found");
    let entries = format!("/log/tile/entries/000.p/{first}");
    stranger.get(&entries).problem(401, "unauthenticated");
    assert_eq!(server.get(&entries).status, 200);
}

#[test]
fn a_log_that_is_not_public_is_for_those_who_are_known() {
    let server = Server::start(&ServerOptions::sqlite().env("UTC_LOG_PUBLIC", "false"));
    let stranger = server.client().anonymous();
    for path in [CHECKPOINT, "/log/vkey", "/log/tile/0/000.p/1"] {
        stranger.get(path).problem(401, "unauthenticated");
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    assert_eq!(stranger.get("/.well-known/jwks.json").status, 200);
}

#[test]
fn no_secret_key_is_ever_shown() {
    let server = Server::start(&ServerOptions::sqlite());
    let keys = server.get("/.well-known/jwks.json").ok();
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    for key in keys {
        assert_eq!(
            (&key["kty"], &key["crv"]),
            (&"OKP".into(), &"Ed25519".into())
        );
        assert!(key.get("d").is_none() && key.get("k").is_none());
    }
}

#[test]
fn a_database_that_was_set_back_stops_the_start_until_that_is_accepted() {
    let options = ServerOptions::sqlite();
    written(&options, 3);
    let file = options
        .database_url()
        .trim_start_matches("sqlite://")
        .to_owned();
    let older = options.folder().join("older.db");
    fs::copy(&file, &older).unwrap();
    written(&options, 5);
    fs::copy(&older, &file).unwrap();
    check_refused(&options, &["was set back", "utc-admin log accept-rollback"]);
    let accepted = admin(&options, &["log", "accept-rollback", "the disk broke"]).ok();
    assert!(
        accepted.stdout.contains("writes_require_approval is on"),
        "{accepted:?}"
    );
    let verified = admin(&options, &["receipts", "verify", "--json"])
        .ok()
        .json();
    assert_eq!(verified["valid"], true);
    let found = admin(&options, &["log", "checkpoint", "--json"])
        .ok()
        .json();
    assert_eq!(
        found["origin"], "utc.local/log/2",
        "the old name signs nothing more"
    );
    let kept = fs::read_dir(options.guard_file().parent().unwrap()).unwrap();
    let kept = kept.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy()
            .starts_with("guard.json.utc_local_log-")
    });
    assert_eq!(kept.count(), 1, "what the old log was is kept");
    Server::start(&options);
}

#[test]
fn receipts_cut_off_the_end_stop_the_start() {
    on_both(|options| {
        written(options, 6);
        sql(options, "DELETE FROM receipts WHERE seq > 3");
        sql(options, "UPDATE log_head SET size = 4");
        let refused = Server::try_start(options, &[]).expect_err("receipts are gone");
        assert!(
            refused.output.contains("was set back") || refused.output.contains("frontier"),
            "{}",
            refused.output
        );
    });
}

#[test]
fn a_changed_receipt_and_a_swapped_pair_stop_the_start() {
    on_both(|options| {
        written(options, 6);
        sql(
            options,
            "UPDATE receipts SET jws = replace(jws, 'a', 'b') WHERE seq = 2",
        );
        check_refused(options, &["not those that the guard"]);
        sql(
            options,
            "UPDATE receipts SET jws = replace(jws, 'b', 'a') WHERE seq = 2",
        );
    });
}

/// Every receipt's bytes, oldest first.
fn entries(options: &ServerOptions) -> Vec<String> {
    let file = options.database_url().trim_start_matches("sqlite://");
    let script = "import sqlite3, sys\nfor (jws,) in sqlite3.connect(sys.argv[1]).execute('SELECT jws FROM receipts ORDER BY seq'): print(jws)";
    let output = Command::new("python3")
        .args(["-c", script, file])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Frontier and last leaf of a log of these entries, in hexadecimal.
fn head_of(entries: &[String]) -> (String, String) {
    let mut frontier = Frontier::empty();
    let mut last = [0; 32];
    for entry in entries {
        let leaf = leaf_hash(entry.as_bytes());
        frontier.push(leaf);
        last = *leaf.as_bytes();
    }
    (hex(&frontier.to_bytes()), hex(&last))
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

#[test]
fn an_entry_that_somebody_wrote_into_the_database_is_not_signed() {
    let options = ServerOptions::sqlite();
    let server = Server::start(&options);
    for _ in 0..3 {
        write(server.client(), "orders");
    }
    let mut all = entries(&options);
    let size = u64::try_from(all.len()).unwrap();
    wait_for_head(server.client(), size);
    // Whoever does this can write to the database, and has no secret.
    let forged = format!("{}x", all.last().unwrap());
    sql(
        &options,
        &format!(
            "INSERT INTO receipts SELECT seq + 1, '0192f0c1-2345-7abc-8def-0123456789ab', ts + 1, kind, subject, action, unit, decision, code, '{forged}' FROM receipts WHERE seq = {}",
            size - 1
        ),
    );
    all.push(forged);
    let (frontier, last) = head_of(&all);
    sql(
        &options,
        &format!(
            "UPDATE log_head SET size = size + 1, last_ts = last_ts + 1, last_leaf = '{last}', frontier = X'{frontier}'"
        ),
    );
    wait_until("the server takes nothing more", || {
        server.get("/readyz").status == 503
    });
    assert_eq!(
        head(server.client()).1,
        size,
        "the head over it was not signed"
    );
    let refused = server.post(crate::calls::DECIDE, &question("write:order", "orders"));
    assert_eq!(refused.status, 503, "{}", refused.text());
}

#[test]
fn tiles_that_contradict_each_other_hide_no_change() {
    let options = ServerOptions::sqlite();
    let batch = |server: &Server, count: usize| {
        let questions = vec![question("write:order", "orders"); count];
        server
            .post("/api/v1/decide/batch", &Value::Array(questions))
            .ok();
    };
    let mut server = Server::start(&options);
    batch(&server, 290);
    server.stop();
    let remembered = fs::read(options.guard_file()).unwrap();
    let mut server = Server::start(&options);
    batch(&server, 300);
    server.stop();
    // The guard as a crash would leave it, and a receipt changed that it covers: in the receipts, in the tile that the root
    // of the later head is made from, but not in the one that the guard's root is made from.
    fs::write(options.guard_file(), remembered).unwrap();
    let mut all = entries(&options);
    all[280].push('x');
    let hashes: Vec<TreeHash> = all[256..512]
        .iter()
        .map(|entry| leaf_hash(entry.as_bytes()).into())
        .collect();
    let above = hex(parent(hashes.as_slice().try_into().unwrap()).as_bytes());
    let (frontier, last) = head_of(&all);
    sql(
        &options,
        &format!("UPDATE receipts SET jws = '{}' WHERE seq = 280", all[280]),
    );
    sql(
        &options,
        &format!(
            "UPDATE log_tiles SET hashes = CAST(substr(hashes, 1, 32) || X'{above}' AS BLOB) WHERE level = 1"
        ),
    );
    sql(
        &options,
        &format!("UPDATE log_head SET last_leaf = '{last}', frontier = X'{frontier}'"),
    );
    check_refused(&options, &["not those that the guard"]);
}

#[test]
fn a_healthy_log_has_nothing_to_accept() {
    let options = ServerOptions::sqlite();
    written(&options, 1);
    for arguments in [
        &["log", "adopt"][..],
        &["log", "accept-rollback", "because"],
    ] {
        let refused = admin(&options, arguments);
        assert_eq!(refused.code(), Some(1), "{refused:?}");
        assert!(refused.stderr.contains("nothing to accept"), "{refused:?}");
    }
    assert_eq!(
        Server::start(&options).get("/api/v1/me").status,
        200,
        "no token was suspended"
    );
}

#[test]
fn a_backup_of_another_log_replaces_nothing() {
    let (options, other) = (ServerOptions::sqlite(), ServerOptions::sqlite());
    written(&options, 2);
    written(&other, 9);
    let file = options.folder().join("other.db");
    admin(&other, &["db", "backup", file.to_str().unwrap()]).ok();
    let refused = admin(
        &options,
        &["db", "restore", file.to_str().unwrap(), "--yes"],
    );
    assert_eq!(refused.code(), Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("nothing was changed"),
        "{refused:?}"
    );
    Server::start(&options);
}

#[test]
fn a_lost_guard_stops_the_start_until_the_log_is_adopted() {
    on_both(|options| {
        written(options, 2);
        fs::remove_file(options.guard_file()).unwrap();
        check_refused(options, &["there is no guard", "utc-admin log adopt"]);
        admin(options, &["log", "adopt"]).ok();
        let server = Server::start(options);
        let page = server.get("/api/v1/receipts?kind=key_change").ok();
        assert_eq!(page["items"][0]["payload"]["code"], "log_adopted", "{page}");
    });
}

#[test]
fn another_signing_key_or_another_name_stops_the_start() {
    let options = ServerOptions::sqlite();
    written(&options, 1);
    let key = options.log_key_file();
    let right = fs::read(&key).unwrap();
    fs::write(&key, "1".repeat(64)).unwrap();
    check_refused(&options, &["the file", "holds another one"]);
    fs::write(&key, "not a key").unwrap();
    check_refused(&options, &["cannot read or make the key"]);
    fs::remove_file(&key).unwrap();
    check_refused(&options, &["cannot read or make the key"]);
    assert!(!key.exists(), "no other key is made");
    fs::write(&key, right).unwrap();
    let other = options
        .clone()
        .env("UTC_LOG_ORIGIN", "trust.example.org/log");
    check_refused(&other, &["UTC_LOG_ORIGIN", "a log keeps its name"]);
    Server::start(&options);
}

#[test]
fn a_reset_begins_another_log_under_another_name() {
    on_both(|options| {
        written(options, 2);
        let before = admin(options, &["log", "vkey"]).ok().stdout;
        let said = admin(options, &["db", "reset", "--yes"]).ok().stdout;
        assert!(said.contains("another name"), "{said}");
        let found = admin(options, &["log", "checkpoint", "--json"]).ok().json();
        assert_eq!(found["origin"], "utc.local/log/2");
        assert_ne!(admin(options, &["log", "vkey"]).ok().stdout, before);
    });
}

#[test]
fn the_checkpoint_key_changes_under_a_running_server() {
    on_both(|options| {
        let server = Server::start(options);
        write(server.client(), "orders");
        let before = server.get("/log/vkey").text();
        let changed = admin(options, &["log", "rotate-key", "--json"]).ok().json();
        assert_ne!(changed["vkey"].as_str().unwrap(), before.trim_end());
        let bridge = changed["bridge"].as_str().unwrap();
        let size: u64 = bridge.lines().nth(1).unwrap().parse().unwrap();
        write(server.client(), "orders");
        wait_for_head(server.client(), size + 1);
        assert_eq!(
            server.get("/log/vkey").text().trim_end(),
            changed["vkey"].as_str().unwrap()
        );
        assert_eq!(
            server.get("/readyz").ok()["warnings"],
            serde_json::json!([])
        );
        let keys = server.get("/.well-known/jwks.json").ok();
        assert_eq!(
            keys["keys"].as_array().map(Vec::len),
            Some(2),
            "both check what they signed"
        );
    });
}

#[test]
fn a_damaged_tree_is_made_again_from_the_receipts() {
    on_both(|options| {
        let mut server = Server::start(options);
        let questions: Vec<Value> = (0..600)
            .map(|_| question("write:order", "orders"))
            .collect();
        server
            .post("/api/v1/decide/batch", &Value::Array(questions))
            .ok();
        let (origin, _) = head(server.client());
        server.stop();
        sql(options, "DELETE FROM log_tiles WHERE level = 0 AND idx = 1");
        let refused = Server::try_start(options, &[]);
        // The leaves of a missing tile are still in the receipts.
        let mut server = refused.unwrap_or_else(|refused| panic!("{}", refused.output));
        let status = server.terminate();
        assert!(status.success(), "{status} {}", server.output());
        sql(options, "DELETE FROM log_tiles WHERE level = 1");
        check_refused(options, &["utc-admin log rebuild"]);
        admin(options, &["log", "rebuild"]).ok();
        let server = Server::start(options);
        assert_eq!(head(server.client()).0, origin);
    });
}
