//! Trust signals from outside: a server that is killed, two servers, the command line, a bundle, the demo.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use utc_test_support::{Client, Server, ServerOptions, admin};

use crate::calls::{unit_path, write};
use crate::load::wait_until;

const EVENTS: &str = "/api/v1/tdx/events";

/// Whoever sends for every source.
fn sender(options: &ServerOptions, server: &Server) -> Client {
    let arguments = [
        "token",
        "create",
        "sender",
        "--role",
        "signal",
        "--subject",
        "**",
    ];
    let token = admin(options, &arguments).ok().stdout;
    server.client().with_token(token.trim())
}

fn event(source: &str, severity: &str, number: usize) -> Value {
    json!({
        "source": source, "event_time": "2026-01-31T11:00:00Z", "topic": "vulnerability", "severity": severity,
        "confidence": 1.0, "entities": ["signalled"], "summary": format!("number {number}"),
    })
}

/// The ids of all events that there are.
fn stored(client: &Client) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{EVENTS}?limit=200{cursor}")).ok();
        let items = page["items"].as_array().unwrap();
        ids.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else {
            return ids;
        };
        cursor = format!("&cursor={next}");
    }
}

/// Sends numbered events until the server is gone; gives the ids that were acknowledged.
fn send_until_gone(client: &Client, caller: usize, acknowledged: &Mutex<BTreeSet<String>>) {
    for number in caller * 100_000.. {
        let answer = client.try_json("POST", EVENTS, Some(&event("siem", "low", number)));
        let Ok(answer) = answer else { return };
        assert_eq!(answer.status, 202, "{}", answer.text());
        let id = answer.json()["events"][0].as_str().unwrap().to_owned();
        acknowledged.lock().unwrap().insert(id);
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_what_is_sent_again_has_one_effect() {
    let options = ServerOptions::sqlite();
    let mut server = Server::start(&options);
    let sender = sender(&options, &server);
    server
        .client()
        .put(&unit_path("signalled", ""), &json!({}))
        .ok();
    let acknowledged = Mutex::new(BTreeSet::new());
    thread::scope(|scope| {
        for caller in 0..8 {
            let (client, acknowledged) = (sender.fresh(), &acknowledged);
            scope.spawn(move || send_until_gone(&client, caller, acknowledged));
        }
        wait_until("events are taken", || {
            acknowledged.lock().unwrap().len() > 200
        });
        server.kill9();
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    let server = Server::start(&options);
    let before: BTreeSet<String> = stored(server.client()).into_iter().collect();
    assert!(before.is_superset(&acknowledged), "acknowledged and gone");
    // Whoever was not answered sends all of it again.
    let sender = server.client().with_token(sender.token().unwrap());
    for caller in 0..8 {
        let again: Vec<Value> = (0..1_000)
            .map(|number| event("siem", "low", caller * 100_000 + number))
            .collect();
        sender.post(EVENTS, &json!(again)).ok();
    }
    let after = stored(server.client());
    let distinct: BTreeSet<&String> = after.iter().collect();
    assert_eq!((after.len(), distinct.len()), (8_000, 8_000));
}

#[test]
fn two_servers_make_one_run_in_an_hour_and_see_each_others_flags() {
    let options = ServerOptions::postgres();
    let (one, other) = (Server::start(&options), Server::start(&options.beside()));
    let runs = |server: &Server| {
        let page = server.get("/api/v1/tdx/runs").ok();
        page["items"].as_array().unwrap().clone()
    };
    wait_until("the run is done", || {
        runs(&one)
            .first()
            .is_some_and(|run| run["finished_at"].is_string())
    });
    thread::sleep(Duration::from_secs(3));
    // An hour may have begun meanwhile.
    let all = runs(&other);
    let hours: BTreeSet<&str> = all
        .iter()
        .map(|run| run["started_at"].as_str().unwrap().get(..13).unwrap())
        .collect();
    assert_eq!(all.len(), hours.len(), "{all:?}");
    one.put(&unit_path("signalled", ""), &json!({})).ok();
    let body = json!({ "trust": 1.0, "authoritative": true, "signature": "token" });
    one.put("/api/v1/tdx/sources/siem", &body).ok();
    let mut critical = event("siem", "critical", 1);
    critical["event_time"] = all[0]["started_at"].clone();
    sender(&options, &one).post(EVENTS, &critical).ok();
    wait_until("a decision changes", || {
        write(one.client(), "signalled")["code"] == "unit_risky"
    });
    assert_eq!(write(other.client(), "signalled")["code"], "unit_risky");
}

#[test]
fn the_command_line_runs_registers_and_shows_and_a_bundle_holds_what_the_scorer_did() {
    let options = ServerOptions::sqlite();
    let server = Server::start(&options);
    server
        .client()
        .put(&unit_path("signalled", ""), &json!({}))
        .ok();
    let made = admin(
        &options,
        &[
            "tdx",
            "source",
            "siem",
            "--trust",
            "1",
            "--authoritative",
            "--json",
        ],
    )
    .ok();
    let made: Value = serde_json::from_str(&made.stdout).unwrap();
    assert_eq!(made["standing"], "authoritative");
    let run = admin(&options, &["tdx", "run", "--json"]).ok();
    let run: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&run[0]["occasion"], &run[0]["flagged"]),
        (&json!("demand"), &json!(0))
    );
    let mut critical = event("siem", "critical", 1);
    critical["event_time"] = run[0]["started_at"].clone();
    sender(&options, &server).post(EVENTS, &critical).ok();
    wait_until("the unit is risky", || {
        server.get(&unit_path("signalled", "")).ok()["risky"] == true
    });
    let shown = admin(
        &options,
        &["tdx", "events", "--unit", "signalled", "--json"],
    )
    .ok();
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown[0]["summary"], "number 1");
    for what in ["sources", "runs", "quarantine"] {
        admin(&options, &["tdx", what]).ok();
        admin(&options, &["tdx", what, "--json"]).ok();
    }
    let (first, second) = (
        options.folder().join("a.zip"),
        options.folder().join("b.zip"),
    );
    for file in [&first, &second] {
        let file = file.display().to_string();
        admin(&options, &["evidence", "export", "--output", &file]).ok();
    }
    let list = |file: &std::path::Path| {
        let listed = std::process::Command::new("python3")
            .args(["-c", "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nfor n in z.namelist():\n  if '/signals/' in n: print(n, z.read(n).decode().replace(chr(10), ''))"])
            .arg(file)
            .output()
            .unwrap();
        String::from_utf8(listed.stdout).unwrap()
    };
    let signals = list(&first);
    assert!(
        signals.contains("risk_flagged") && signals.contains("rule_changed"),
        "{signals}"
    );
    assert_eq!(signals, list(&second));
}
