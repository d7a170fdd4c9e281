//! The demo: the walk that it prints is typed in, and its traffic leaves room for people.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use utc_test_support::{Client, Server, ServerOptions};

use crate::calls::{APPROVAL, set_rule};
use crate::load::wait_until;

/// How the last line of the walk ends.
const LAST: &str = "limit=5'";

fn start() -> Server {
    let server = Server::start_alone(&ServerOptions::sqlite(), &["--demo"]).unwrap();
    wait_until("the walk is printed", || {
        server.output().lines().any(|line| line.ends_with(LAST))
    });
    server
}

/// The commands of the walk, a line each.
fn walk(server: &Server) -> Vec<String> {
    let output = server.output();
    let from = output
        .lines()
        .skip_while(|line| !line.starts_with("AGENT="));
    let mut lines = Vec::new();
    for line in from {
        lines.push(line.to_owned());
        if line.ends_with(LAST) {
            break;
        }
    }
    lines
}

/// The administrator, by the token in the last command.
fn administrator(server: &Server) -> Client {
    let walk = walk(server);
    let last = walk.last().unwrap();
    let token = last.split("Bearer ").nth(1).unwrap();
    server.client().with_token(token.split('"').next().unwrap())
}

/// Types the lines into one shell, and gives the output of each.
fn type_in(lines: &[String]) -> Vec<String> {
    const END: &str = "\n-- end of output --\n";
    let mark = "printf '\\n-- end of output --\\n'\n";
    let script = lines
        .iter()
        .fold("set -u\nexec 2>&1\n".to_owned(), |script, line| {
            format!("{script}{line}\n{mark}")
        });
    let shell = Command::new("bash")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(shell.stdout).unwrap();
    let outputs: Vec<String> = text
        .split_terminator(END)
        .map(|part| part.trim().to_owned())
        .collect();
    assert_eq!(outputs.len(), lines.len(), "{text}");
    outputs
}

#[track_caller]
fn parsed(output: &str) -> Value {
    serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}: {output}"))
}

#[test]
fn the_walk_that_is_printed_can_be_typed_in() {
    let server = start();
    // A second is enough for people, and not for a machine that does other things too.
    let patient = "for _ in $(seq 600); do curl -s -H \"Authorization: Bearer $AGENT\" $APPROVALS/$HELD | grep -q '\"done\"' && break; sleep 0.1; done";
    let lines = walk(&server).into_iter();
    let lines: Vec<String> = lines.map(|line| line.replace("sleep 1", patient)).collect();
    let outputs = type_in(&lines);
    let [_, _, before, held, shown, voted, result, after, receipts] = outputs.as_slice() else {
        panic!("another walk: {lines:#?}");
    };
    assert_eq!(parsed(before), json!([]));
    assert_eq!(held, "");
    assert_eq!(parsed(shown)["status"], "pending");
    assert_eq!(parsed(voted)["status"], "approved");
    let result = parsed(result);
    assert_eq!(result["status"], 201, "{result}");
    let after = parsed(after);
    let payments = after.as_array().unwrap();
    assert_eq!(payments.len(), 1, "{after}");
    assert_eq!(payments[0]["amount"], 1999);
    assert_eq!(payments[0]["approval"], parsed(shown)["id"], "{after}");
    let receipts = parsed(receipts);
    assert!(
        !receipts["items"].as_array().unwrap().is_empty(),
        "{receipts}"
    );
}

/// The traffic's requests that wait.
fn waiting(client: &Client) -> Vec<Value> {
    let list = client
        .get("/api/v1/approvals?status=pending&limit=200")
        .ok();
    let items = list["items"].as_array().unwrap().iter();
    let own = items.filter(|item| item["subject"].as_str().unwrap().starts_with("demo:"));
    own.cloned().collect()
}

#[test]
fn three_writes_of_the_traffic_wait_and_never_more() {
    let server = start();
    let admin = administrator(&server);
    set_rule(&admin, APPROVAL, true);
    wait_until("three wait", || waiting(&admin).len() == 3);
    // The traffic has three writes in as many seconds.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5) {
        assert_eq!(waiting(&admin).len(), 3);
        thread::sleep(Duration::from_millis(100));
    }
    let first = waiting(&admin)[0]["id"].as_str().unwrap().to_owned();
    admin
        .post(&format!("/api/v1/approvals/{first}/cancel"), &json!({}))
        .ok();
    wait_until("another takes its place", || waiting(&admin).len() == 3);
}

#[test]
fn the_rule_goes_on_by_itself_and_off_when_time_has_passed_on_the_clock_of_scores() {
    let server = start();
    let client = administrator(&server);
    let rule = || {
        let rules = client.get("/api/v1/rules").ok();
        let items = rules["items"].as_array().unwrap().clone();
        let rule = items
            .into_iter()
            .find(|rule| rule["key"] == "read_only_for_risky");
        let rule = rule.unwrap();
        (
            rule["enabled"] == true,
            rule["owner"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(rule(), (false, "nobody".to_owned()));
    let unit = "/api/v1/units/tool%3Asend_email/risk";
    wait_until("the first source speaks", || {
        client.get(unit).ok()["score"] == 60.0
    });
    wait_until("the second source speaks", || {
        rule() == (true, "job".to_owned())
    });
    let risk = client.get(unit).ok();
    assert!(
        (risk["score"].as_f64().unwrap() - 76.0).abs() < 0.1,
        "{risk}"
    );
    assert_eq!(risk["evidence"].as_array().unwrap().len(), 2);
    client.post("/api/v1/tdx/clock", &json!({"hours": 48})).ok();
    for _ in 0..2 {
        client.post("/api/v1/tdx/run", &json!({})).ok();
    }
    assert_eq!(rule(), (false, "nobody".to_owned()));
}
