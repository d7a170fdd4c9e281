//! Whoever owns the whole machine holds the secret, the log's key, the database and its guard. What they cannot change is
//! a checkpoint that somebody else has kept.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use utc_attestation::log::Frontier;
use utc_domain::LeafHash;
use utc_test_support::{Server, ServerOptions};

use super::{Auditor, export, hex};
use crate::calls::{log_size, read, sql, write};
use crate::chain::{Entry, Log, claims, leaf, signed_again};
use crate::load::wait_until;

/// Changes receipts of a server that was stopped, with all that depends on them, and lets it go on. Its own checks find
/// nothing; the bundle fits the log's key, and not the head from before.
fn check(options: &ServerOptions, name: &str, change: fn(&mut Vec<Entry>)) {
    let mut server = Server::start(options);
    for n in 0..6 {
        write(server.client(), &format!("unit-{n}"));
    }
    let size = log_size(server.client());
    wait_until("the head is signed", || head_size(&server) >= size);
    let auditor = Auditor::new(server.client());
    let mut entries = Log::read(server.client()).entries;
    server.stop();
    let honest = auditor.at("honest.zip");
    export(options, &honest, &[]);
    assert_eq!(auditor.verify(&honest).0, Some(0), "{name}");

    // The export has left its receipt, which is cut off too.
    change(&mut entries);
    put(options, &chained(&entries));
    let server = Server::start(options);
    while log_size(server.client()) <= size {
        read(server.client(), "orders");
    }
    Log::read(server.client());
    let bundle = auditor.at("bundle.zip");
    export(options, &bundle, &[]);
    assert_eq!(auditor.verify_by_key(&bundle), Some(0), "{name}");
    let (code, report) = auditor.verify(&bundle);
    assert_eq!(code, Some(1), "{name}: {report}");
    let failed = report["checks"].as_array().unwrap();
    let failed: Vec<&Value> = failed.iter().filter(|c| c["outcome"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{name}: {failed:?}");
    assert_eq!(failed[0]["name"], "head", "{name}");
}

fn head_size(server: &Server) -> u64 {
    let head = server.get("/log/checkpoint").text();
    head.lines().nth(1).unwrap().parse().unwrap()
}

/// The same receipts with positions, links, times and tags as if they had always been so.
fn chained(entries: &[Entry]) -> Vec<Entry> {
    let times: Vec<[Value; 2]> = entries
        .iter()
        .map(|entry| [entry.claims["ts"].clone(), entry.claims["iat"].clone()])
        .collect();
    let mut sorted = times.clone();
    sorted.sort_by_key(|[ts, _]| ts.to_string());
    let mut prev = [0; 32];
    let mut chained = Vec::new();
    for ((seq, entry), [ts, iat]) in entries.iter().enumerate().zip(sorted) {
        let mut said = entry.claims.clone();
        said["seq"] = seq.into();
        said["prev"] = URL_SAFE_NO_PAD.encode(prev).into();
        (said["ts"], said["iat"]) = (ts, iat);
        let header = entry.jws.split('.').next().unwrap();
        // The members are in their canonical order already.
        let payload = URL_SAFE_NO_PAD.encode(said.to_string());
        let jws = signed_again(&format!("{header}.{payload}.none"));
        prev = leaf(&jws);
        chained.push(Entry {
            id: entry.id.clone(),
            claims: claims(&jws),
            jws,
        });
    }
    chained
}

/// Puts receipts, head and guard where the true ones were.
fn put(options: &ServerOptions, entries: &[Entry]) {
    let mut frontier = Frontier::empty();
    let mut statements = "UPDATE receipts SET id = 'x' || substr(id, 2);".to_owned();
    for (seq, Entry { id, jws, .. }) in entries.iter().enumerate() {
        frontier.push(LeafHash::new(leaf(jws)));
        let update = format!("UPDATE receipts SET id = '{id}', jws = '{jws}' WHERE seq = {seq};");
        statements.push_str(&update);
    }
    let size = entries.len();
    let last = hex(&leaf(&entries[size - 1].jws));
    let nodes = hex(&frontier.to_bytes());
    let nodes = if options.is_postgres() {
        format!("decode('{nodes}', 'hex')")
    } else {
        format!("X'{nodes}'")
    };
    let rest = format!(
        "DELETE FROM receipts WHERE seq >= {size};
         UPDATE log_head SET size = {size}, last_leaf = '{last}', frontier = {nodes};"
    );
    statements.push_str(&rest);
    sql(options, &statements);
    let guard = options.guard_file();
    let mut held: Value = serde_json::from_slice(&fs::read(&guard).unwrap()).unwrap();
    held["size"] = size.into();
    held["root"] = STANDARD.encode(frontier.root().as_bytes()).into();
    fs::write(&guard, held.to_string()).unwrap();
}

/// Where the first decision stands.
fn first_decision(entries: &[Entry]) -> usize {
    let found = entries
        .iter()
        .position(|entry| entry.claims["kind"] == "decision");
    found.unwrap()
}

fn check_all(options: fn() -> ServerOptions) {
    check(&options(), "a changed decision, signed again", |entries| {
        let at = first_decision(entries);
        entries[at].claims["decision"] = json!("DENY");
    });
    check(&options(), "a receipt taken out of the middle", |entries| {
        entries.remove(first_decision(entries) + 1);
    });
    check(&options(), "two receipts that changed places", |entries| {
        let at = first_decision(entries);
        entries.swap(at, at + 1);
    });
    check(&options(), "a tail that was cut off", |entries| {
        entries.truncate(entries.len() - 2);
    });
}

#[test]
fn what_the_owner_of_the_machine_changed_is_found_by_whoever_kept_a_head() {
    check_all(ServerOptions::sqlite);
}

#[test]
fn on_postgresql_too() {
    check_all(ServerOptions::postgres);
}
