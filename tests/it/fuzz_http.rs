//! Arbitrary bytes at every endpoint: never a fault of the server, and it goes on answering.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use utc_test_support::{Server, ServerOptions};

use crate::calls::{log_size, write};

/// Every method and path of the description, with something in place of parameters.
fn endpoints(server: &Server) -> Vec<(String, String)> {
    let document = server.get("/api/openapi.json").ok();
    let mut found = Vec::new();
    let paths = document["paths"].as_object().unwrap();
    // A stream that is answered has no end.
    for (path, item) in paths.iter().filter(|(path, _)| *path != "/api/v1/stream") {
        for method in item.as_object().unwrap().keys() {
            let path = path
                .replace("{unit}", "fuzzed")
                .replace("{id}", "0192f0c1-2345-7abc-8def-0123456789ab");
            found.push((
                method.to_uppercase(),
                path.replace("{key}", "read_only_for_risky"),
            ));
        }
    }
    assert!(found.len() > 20, "{}", found.len());
    found
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let names = prop::sample::select(vec![
        "subject",
        "action",
        "unit",
        "enabled",
        "level",
        "reason",
        "receipt",
        "arrival_rate",
        "a",
    ]);
    let values = prop::sample::select(vec![
        "1",
        "\"x\"",
        "null",
        "[]",
        "{}",
        "true",
        "-1e300",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "1e999",
    ]);
    let object = vec((names, values), 0..6).prop_map(|members| {
        let members: Vec<String> = members
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    });
    prop_oneof![
        vec(any::<u8>(), 0..400),
        object,
        "\\PC{0,200}".prop_map(String::into_bytes)
    ]
}

#[test]
fn arbitrary_bodies_never_cause_a_fault_and_the_log_stays_whole() {
    let server = Server::start(&ServerOptions::sqlite());
    let endpoints = endpoints(&server);
    let mut runner = TestRunner::new(Config {
        cases: 1_500,
        failure_persistence: None,
        ..Config::default()
    });
    let strategy = (prop::sample::select(endpoints), bodies(), any::<bool>());
    let result = runner.run(&strategy, |((method, path), body, json)| {
        let kind = if json {
            "application/json"
        } else {
            "text/plain"
        };
        let carries = !matches!(method.as_str(), "GET" | "DELETE");
        let body = carries.then_some(body.as_slice());
        let answer = server
            .client()
            .send(&method, &path, &[("content-type", kind)], body);
        let answer = answer.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(answer.status < 500, "{method} {path}: {}", answer.text());
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    write(server.client(), "still-there");
    assert!(log_size(server.client()) > 1);
}

#[test]
fn arbitrary_paths_and_queries_never_cause_a_fault() {
    let server = Server::start(&ServerOptions::sqlite());
    let mut runner = TestRunner::new(Config {
        cases: 500,
        failure_persistence: None,
        ..Config::default()
    });
    let result = runner.run(
        &("[a-z/%0-9._:~-]{0,60}", "[a-z=&%0-9A-F]{0,60}"),
        |(path, query)| {
            for start in ["/", "/api/v1/receipts", "/api/v1/units/"] {
                // A path that the client itself cannot send shows nothing about the server.
                if let Ok(answer) =
                    server
                        .client()
                        .send("GET", &format!("{start}{path}?{query}"), &[], None)
                {
                    prop_assert!(
                        answer.status < 500,
                        "{start}{path}?{query}: {}",
                        answer.text()
                    );
                }
            }
            Ok(())
        },
    );
    result.unwrap_or_else(|error| panic!("{error}"));
}
