//! Writes through the gateway of a real server: held, approved, sent once.

use std::io::Write as _;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use utc_test_support::{Server, ServerOptions, Upstream, admin};

use crate::calls::{APPROVAL, set_rule, unit_path};
use crate::load::wait_until;
use crate::stage::{DONE, Stage};

#[test]
fn a_write_is_held_approved_and_arrives_once() {
    for options in [ServerOptions::sqlite(), ServerOptions::postgres()] {
        let upstream = Upstream::answering(DONE);
        let stage = Stage::new(options, &upstream);
        assert_eq!(stage.call("GET", "/v1/transfers", None).status, 201);
        let approval = stage.hold();
        assert_eq!(upstream.received().len(), 1);
        stage.approve(&approval);
        stage.wait_for(&approval, "done");
        assert_eq!(upstream.received().len(), 2);
        assert_eq!(upstream.received()[1].body, b"{\"amount\":7}");
    }
}

#[test]
fn a_server_that_is_asked_to_stop_finishes_what_it_sends() {
    let upstream = Upstream::start(|_, stream| {
        thread::sleep(Duration::from_millis(500));
        stream.write_all(DONE)
    });
    let mut stage = Stage::new(ServerOptions::sqlite(), &upstream);
    let approval = stage.hold();
    stage.approve(&approval);
    wait_until("the request arrives", || upstream.received().len() == 1);
    stage.server.stop();
    stage.server = Server::start(&stage.options);
    stage.wait_for(&approval, "done");
    assert_eq!(upstream.received().len(), 1);
}

#[test]
fn the_consoles_cookies_and_tokens_are_nothing_to_the_gateway() {
    let upstream = Upstream::answering(DONE);
    let stage = Stage::new(ServerOptions::sqlite(), &upstream);
    let gateway = stage.server.gateway();
    let bearer = format!("Bearer {}", stage.agent);
    let cookie = format!("utc={}", stage.agent);
    for header in [("Authorization", bearer.as_str()), ("Cookie", &cookie)] {
        let target = "/gateway/payments-api/v1/transfers";
        let answer = gateway.send("GET", target, &[header], None).unwrap();
        answer.problem(401, "unauthenticated");
    }
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn the_answer_is_for_whoever_asked_and_the_request_for_those_who_judge_it() {
    let upstream = Upstream::answering(DONE);
    let stage = Stage::new(ServerOptions::sqlite(), &upstream);
    let approval = stage.hold();
    let result = format!("{approval}/result");
    let token = |name: &str, role: &[&str]| {
        let arguments = [&["token", "create", name], role].concat();
        let created = admin(&stage.options, &arguments).ok();
        created.stdout.trim().to_owned()
    };
    let other = token("other", &["--role", "decider", "--subject", "agent-7"]);
    let chief = token("chief", &["--role", "admin"]);
    let get = |token: &str, path: &str| {
        let client = stage.server.client().with_token(token);
        client.send("GET", path, &[], None).unwrap()
    };
    get(&stage.agent, &result).problem(404, "not_executed_yet");
    let seen = get(&stage.approver, &approval).ok();
    assert_eq!(seen["request"]["body_preview"], "{\"amount\":7}");
    get(&other, &approval).problem(404, "not_found");
    stage.approve(&approval);
    stage.wait_for(&approval, "done");
    for stranger in [&other, &chief, &stage.approver] {
        get(stranger, &result).problem(404, "not_found");
    }
    let answer = get(&stage.agent, &result).ok();
    assert_eq!(answer["status"], 201);
    assert_eq!(answer["body"], "done");
}

#[test]
fn one_limit_holds_on_both_listeners() {
    let upstream = Upstream::answering(DONE);
    let options = ServerOptions::sqlite().env("RATE_LIMIT_TOKEN_PER_SECOND", "5");
    let stage = Stage::new(options, &upstream);
    let console = stage.server.client().with_token(&stage.agent);
    let exhaust = || {
        while console.send("GET", "/api/v1/me", &[], None).unwrap().status != 429 {}
    };
    // Fewer calls of the gateway than a second allows: it alone would answer all of them.
    let limited = (0..4).any(|_| {
        exhaust();
        stage.call("GET", "/v1/transfers", None).status == 429
    });
    assert!(limited);
}

/// The rotated key file: a new key on top of the old ones.
fn rotate_data_key(options: &ServerOptions) {
    let old = std::fs::read_to_string(options.key_file()).unwrap();
    std::fs::write(options.key_file(), format!("{}\n{old}", "A".repeat(43))).unwrap();
}

/// The key file with its first key alone.
fn forget_old_data_keys(options: &ServerOptions) {
    std::fs::write(options.key_file(), "A".repeat(43)).unwrap();
}

fn reseal_after_a_rotation(options: ServerOptions) {
    let upstream = Upstream::answering(DONE);
    let mut stage = Stage::new(options, &upstream);
    let waiting = stage.hold();
    let sent = stage.hold();
    stage.approve(&sent);
    stage.wait_for(&sent, "done");
    stage.server.stop();
    rotate_data_key(&stage.options);
    let check = |code: i32, moved: u32, current: u32, unreadable: u32| {
        let done = admin(&stage.options, &["secrets", "reseal", "--json"]);
        let all = done.json();
        let found = [&all["moved"], &all["current"], &all["unreadable"]].map(Value::as_u64);
        let expected = [moved, current, unreadable].map(|count| Some(u64::from(count)));
        assert_eq!((done.code(), found), (Some(code), expected), "{all}");
    };
    check(0, 2, 0, 0);
    check(0, 0, 2, 0);
    let report = admin(&stage.options, &["secrets", "reseal"]).ok().stdout;
    assert!(report.contains("move when they are used next"), "{report}");
    forget_old_data_keys(&stage.options);
    check(0, 0, 2, 0);
    std::fs::write(stage.options.key_file(), "B".repeat(42) + "A").unwrap();
    check(1, 0, 0, 2);
    assert_eq!(upstream.received().len(), 1, "{waiting}");
}

#[test]
fn what_is_sealed_moves_to_a_new_data_key_and_needs_the_old_one_no_more() {
    reseal_after_a_rotation(ServerOptions::sqlite());
    reseal_after_a_rotation(ServerOptions::postgres());
}

#[test]
fn what_waits_for_one_token_takes_as_much_room_as_is_configured() {
    let upstream = Upstream::answering(DONE);
    let options = ServerOptions::sqlite().env("GATEWAY_HELD_BYTES_PER_TOKEN", "2KiB");
    let stage = Stage::new(options, &upstream);
    stage.hold();
    let large = [b'a'; 2_048];
    let refused = stage.call("POST", "/v1/transfers", Some(&large));
    refused.problem(429, "too_much_held");
    assert_eq!(upstream.connections(), 0);
}

fn measured(stage: &Stage) -> Value {
    let unit = stage.server.get(&unit_path("payments-api", "")).ok();
    unit["measured"].clone()
}

#[test]
fn what_the_gateway_measures_is_shown_with_the_unit() {
    let body = Arc::new(Barrier::new(2));
    let ends = Arc::clone(&body);
    let upstream = Upstream::start(move |request, stream| match request.target() {
        "/breaks-off" => Err(std::io::ErrorKind::ConnectionReset.into()),
        "/long" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")?;
            ends.wait();
            stream.write_all(b"x")
        }
        _ => {
            thread::sleep(Duration::from_millis(100));
            stream.write_all(DONE)
        }
    });
    let stage = Stage::new(ServerOptions::sqlite(), &upstream);
    assert_eq!(measured(&stage), Value::Null);
    assert_eq!(stage.call("GET", "/breaks-off", None).status, 502);
    let aborted = measured(&stage);
    assert_eq!(aborted["completed"], 0);
    assert_eq!(aborted["service_ms_mean"], Value::Null);
    assert_eq!(stage.call("GET", "/slow", None).status, 201);
    let served = measured(&stage);
    assert_eq!(
        (&served["completed"], &served["window_minutes"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(served["arrivals_per_hour"], 120.0);
    assert!(
        served["service_ms_mean"].as_f64().unwrap() >= 100.0,
        "{served}"
    );
    assert!(
        served["concurrency"].as_f64().unwrap() >= 0.1 / 60.0,
        "{served}"
    );
    thread::scope(|scope| {
        scope.spawn(|| stage.call("GET", "/long", None));
        // Served with its first byte: the last one has not come.
        wait_until("the answer begins", || measured(&stage)["completed"] == 2);
        body.wait();
    });
    let level = stage.server.get(&unit_path("payments-api", "")).ok();
    assert_eq!(
        level["no_data"], true,
        "it is shown and does not act: {level}"
    );
}

#[test]
fn the_gateway_is_no_way_to_the_console() {
    let upstream = Upstream::answering(DONE);
    let stage = Stage::new(ServerOptions::sqlite(), &upstream);
    let approval = stage.hold();
    set_rule(stage.server.client(), APPROVAL, false);
    for own in [stage.server.url(), stage.server.gateway().url()] {
        let config = json!({"upstream": own});
        stage.server.put(&unit_path("mirror", ""), &config).ok();
        let bearer = format!("Bearer {}", stage.approver);
        let headers = [
            ("UTC-Token", stage.agent.as_str()),
            ("Authorization", &bearer),
        ];
        let target = format!("/gateway/mirror{approval}/approve");
        let gateway = stage.server.gateway();
        let smuggled = gateway.send("POST", &target, &headers, None).unwrap();
        smuggled.problem(400, "token_in_authorization");
        let bare = gateway.send("POST", &target, &headers[..1], None).unwrap();
        bare.problem(502, "upstream_refused");
    }
    assert_eq!(stage.server.get(&approval).ok()["status"], "pending");
}
