//! `utc-admin`, as a person or a script uses it.

use utc_test_support::{Server, ServerOptions, admin, run_with_input};

use crate::calls::{DECIDE, question, write};
use crate::load::wait_until;

#[test]
fn rules_are_listed_and_set_on_a_database_that_no_server_has_opened() {
    let options = ServerOptions::sqlite();
    let set = admin(
        &options,
        &[
            "rules",
            "set",
            "read_only_for_risky",
            "on",
            "--reason",
            "a test",
            "--json",
        ],
    )
    .ok()
    .json();
    assert_eq!(
        (&set["enabled"], &set["policy_version"]),
        (&true.into(), &2.into())
    );
    let list = admin(&options, &["rules", "list", "--json"]).ok().json();
    let on: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|rule| rule["enabled"] == true)
        .collect();
    assert_eq!(on.len(), 1);
    assert_eq!(on[0]["updated_by"], "admin:cli");
    assert_eq!(
        admin(&options, &["rules", "set", "no_such_rule", "on"]).code(),
        Some(2)
    );
}

#[test]
fn a_reset_is_refused_beside_a_server_asks_and_begins_a_new_log() {
    let options = ServerOptions::sqlite();
    let mut server = Server::start(&options);
    write(server.client(), "a");
    let refused = admin(&options, &["db", "reset", "--yes"]);
    assert_eq!(refused.code(), Some(1));
    assert!(
        refused.stderr.contains("another process uses"),
        "{refused:?}"
    );
    server.stop();
    let asked = run_with_input(&options, "utc-admin", &["db", "reset"], "no\n");
    assert_eq!(asked.code(), Some(1));
    assert!(
        asked.stderr.contains("deletes every receipt")
            && asked.stdout.contains("nothing was deleted"),
        "{asked:?}"
    );
    assert_eq!(
        admin(&options, &["db", "status", "--json"]).ok().json()["receipts"],
        3
    );
    run_with_input(&options, "utc-admin", &["db", "reset"], "yes\n").ok();
    assert_eq!(
        admin(&options, &["db", "status", "--json"]).ok().json()["receipts"],
        1
    );
    let postgres = ServerOptions::postgres();
    admin(&postgres, &["rules", "set", "read_only_for_risky", "on"]).ok();
    admin(&postgres, &["db", "reset", "--yes"]).ok();
    assert_eq!(
        admin(&postgres, &["db", "status", "--json"]).ok().json()["receipts"],
        1
    );
}

#[test]
fn a_backup_beside_a_running_server_is_restored_with_writes_held() {
    let options = ServerOptions::sqlite();
    let mut server = Server::start(&options);
    write(server.client(), "a");
    let file = options.folder().join("backup.db");
    let file = file.to_str().unwrap();
    admin(&options, &["db", "backup", file]).ok();
    assert_eq!(
        admin(&options, &["db", "backup", file]).code(),
        Some(1),
        "a backup is never overwritten"
    );
    write(server.client(), "later");
    assert_eq!(
        admin(&options, &["db", "restore", file, "--yes"]).code(),
        Some(1),
        "not beside a server"
    );
    server.stop();
    std::fs::write(options.folder().join("nonsense.db"), b"this is no database").unwrap();
    let nonsense = options.folder().join("nonsense.db");
    assert_eq!(
        admin(
            &options,
            &["db", "restore", nonsense.to_str().unwrap(), "--yes"]
        )
        .code(),
        Some(1)
    );
    let refused = admin(&options, &["db", "restore", file, "--yes"]);
    assert_eq!(refused.code(), Some(1));
    assert!(refused.stderr.contains("--accept-rollback"), "{refused:?}");
    let accepted = [
        "db",
        "restore",
        file,
        "--yes",
        "--accept-rollback",
        "a test",
    ];
    admin(&options, &accepted).ok();
    let server = Server::start(&options);
    let question = question("write:order", "a");
    server
        .post(DECIDE, &question)
        .problem(401, "unauthenticated");
    admin(&options, &["token", "resume", "--all"]).ok();
    wait_until("the resumed token is accepted", || {
        server.get("/api/v1/me").status == 200
    });
    assert_eq!(write(server.client(), "a")["decision"], "REQUIRE_APPROVAL");
    let verified = admin(&options, &["receipts", "verify", "--json"])
        .ok()
        .json();
    assert_eq!(
        (&verified["valid"], &verified["size"]),
        (&true.into(), &8.into())
    );
}

#[test]
fn a_changed_receipt_in_the_database_is_found() {
    let options = ServerOptions::sqlite();
    let mut server = Server::start(&options);
    for _ in 0..3 {
        write(server.client(), "a");
    }
    server.stop();
    let database = options.folder().join("data").join("utc.db");
    let script = format!(
        "import sqlite3; db = sqlite3.connect('{}'); db.execute('DELETE FROM receipts WHERE seq = 2'); db.commit()",
        database.display()
    );
    assert!(
        std::process::Command::new("python3")
            .args(["-c", &script])
            .status()
            .unwrap()
            .success()
    );
    let found = admin(&options, &["receipts", "verify", "--json"]);
    assert_eq!(found.code(), Some(1));
    assert_eq!(found.json()["faults"][0]["seq"], 2, "{found:?}");
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_right() {
    let options = ServerOptions::sqlite();
    for arguments in [
        vec!["nonsense"],
        vec!["db"],
        vec!["units", "show", "Not A Unit"],
        vec!["rules", "set"],
    ] {
        let ended = admin(&options, &arguments);
        assert_eq!(ended.code(), Some(2), "{arguments:?}: {ended:?}");
        assert!(!ended.stderr.is_empty());
    }
}
