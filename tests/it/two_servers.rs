//! Several writers, one log.

use serde_json::json;
use utc_test_support::{Client, Server, ServerOptions, admin};

use crate::calls::{APPROVAL, RISKY, cancel, check, observe, set_rule, unit_path, write};
use crate::chain::Log;
use crate::load::Load;

fn pair() -> (Server, Server) {
    let options = ServerOptions::postgres();
    (Server::start(&options), Server::start(&options.beside()))
}

#[test]
fn two_servers_under_load_yield_one_gapless_chain() {
    let (one, other) = pair();
    let (first, second) = (Load::default(), Load::default());
    first.beside(one.client(), || {
        second.beside(other.client(), || {
            first.wait_for(1_500);
            second.wait_for(1_500);
        });
    });
    for load in [&first, &second] {
        assert!(load.refused().is_empty(), "{:?}", load.refused().first());
    }
    let log = Log::read(one.client());
    log.assert_holds(&first.acknowledged());
    log.assert_holds(&second.acknowledged());
    assert_eq!(
        Log::read(other.client()).entries,
        log.entries,
        "both show the same log"
    );
}

/// Asks on a unit that the load does not use, so that only the rule speaks.
#[track_caller]
fn check_binds(client: &Client, enabled: bool) {
    if enabled {
        check(&write(client, "quiet"), "DENY", "unit_risky", &[RISKY]);
    } else {
        check(&write(client, "quiet"), "ALLOW", "no_restriction", &[]);
    }
}

fn mark_quiet_risky(client: &Client) {
    let body = json!({"reason": "so that the rule has something to refuse"});
    client.put(&unit_path("quiet", "/risk"), &body).ok();
}

#[test]
fn a_rule_change_answered_by_one_server_binds_the_next_answer_of_the_other() {
    let (one, other) = pair();
    mark_quiet_risky(one.client());
    for turn in 0..50 {
        let (here, there) = if turn % 2 == 0 {
            (&one, &other)
        } else {
            (&other, &one)
        };
        let enabled = turn % 4 < 2;
        set_rule(here.client(), RISKY, enabled);
        check_binds(there.client(), enabled);
        check_binds(here.client(), enabled);
    }
    Log::read(one.client());
}

#[test]
fn a_rule_change_binds_the_other_server_also_while_both_are_loaded() {
    let (one, other) = pair();
    mark_quiet_risky(one.client());
    let load = Load::default();
    load.beside(&one.client().fresh(), || {
        for turn in 0..20 {
            set_rule(one.client(), RISKY, turn % 2 == 0);
            // The load switches the other rule, which may be listed beside.
            let answer = write(other.client(), "quiet");
            assert_eq!(
                answer["code"] == "unit_risky",
                turn % 2 == 0,
                "turn {turn}: {answer}"
            );
        }
    });
    Log::read(other.client()).assert_holds(&load.acknowledged());
}

#[test]
fn a_level_and_a_pin_of_one_server_bind_the_next_answer_of_the_other() {
    let (one, other) = pair();
    for turn in 0..20 {
        let unit = format!("unit-{turn}");
        let (here, there) = if turn % 2 == 0 {
            (&one, &other)
        } else {
            (&other, &one)
        };
        write(there.client(), &unit);
        observe(here.client(), &unit, 95.0, 100.0).ok();
        check(
            &write(there.client(), &unit),
            "DENY",
            "protection_read_only",
            &["protection_read_only"],
        );
        let body = json!({"level": "require_approval", "reason": "a test", "expires_at": soon(there.client())});
        there.put(&unit_path(&unit, "/pin"), &body).ok();
        let held = write(here.client(), &unit);
        check(
            &held,
            "REQUIRE_APPROVAL",
            "approval_required",
            &["protection_require_approval"],
        );
        cancel(there.client(), &held);
    }
    Log::read(one.client());
}

/// An hour after the newest receipt, by its own clock.
fn soon(client: &Client) -> String {
    let page = client.get("/api/v1/receipts?limit=1").ok();
    let ts = page["items"][0]["payload"]["ts"]
        .as_str()
        .unwrap()
        .to_owned();
    let hour: u32 = ts[11..13].parse().unwrap();
    // At the end of a day the last second of it is within four hours too.
    if hour == 23 {
        format!("{}T23:59:59Z", &ts[..10])
    } else {
        format!("{}T{:02}{}", &ts[..10], hour + 1, &ts[13..])
    }
}

#[test]
fn the_command_line_beside_a_loaded_server_on_sqlite_writes_into_one_chain() {
    let options = ServerOptions::sqlite();
    let server = Server::start(&options);
    mark_quiet_risky(server.client());
    let load = Load::default();
    load.beside(server.client(), || {
        for turn in 0..10 {
            load.wait_for(100);
            let (state, enabled) = if turn % 2 == 0 {
                ("on", true)
            } else {
                ("off", false)
            };
            let said = admin(
                &options,
                &["rules", "set", RISKY, state, "--reason", "a test", "--json"],
            )
            .ok()
            .json();
            let answer = write(&server.client().fresh(), "quiet");
            assert_eq!(
                answer["code"] == "unit_risky",
                enabled,
                "turn {turn}: {answer}"
            );
            assert_eq!(said["enabled"], enabled);
        }
    });
    assert!(load.refused().is_empty(), "{:?}", load.refused().first());
    let log = Log::read(server.client());
    log.assert_holds(&load.acknowledged());
    let by_command = log
        .entries
        .iter()
        .filter(|entry| {
            entry.claims["sub"] == "admin:cli" && entry.claims["kind"] == "policy_change"
        })
        .count();
    assert_eq!(by_command, 10);
    admin(&options, &["receipts", "verify"]).ok();
}

#[test]
fn an_idle_server_notices_what_the_command_line_changed() {
    let options = ServerOptions::sqlite();
    let server = Server::start(&options);
    admin(
        &options,
        &["rules", "set", APPROVAL, "on", "--reason", "a test"],
    )
    .ok();
    check(
        &write(server.client(), "orders"),
        "REQUIRE_APPROVAL",
        "approval_required",
        &[APPROVAL],
    );
    Log::read(server.client());
}
