//! The transparency log of a running server: checked from outside, guarded against its own database.

use std::fs;

use serde_json::Value;
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
    assert!(server.terminate().success());
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
        assert!(server.terminate().success());
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
