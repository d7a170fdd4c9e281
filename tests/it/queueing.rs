//! `utc-admin queueing …`, as a person or a script uses it.

use std::fmt::Write as _;

use serde_json::{Value, json};
use utc_test_support::{Server, ServerOptions, admin};

/// The members of every block, as scripts rely on them.
const BLOCK: [&str; 7] = [
    "caught_early",
    "episodes",
    "false_alarm_minutes_per_day",
    "level_changes_per_day",
    "median_lead_minutes",
    "missed_minutes",
    "overload_minutes",
];

/// Two weeks of a daily peak, in steps of 15 minutes; written into the installation's folder.
fn recording(options: &ServerOptions, name: &str) -> String {
    let mut text = String::from("time,count\n");
    for step in 0..14 * 96 {
        let peak = if (48..56).contains(&(step % 96)) {
            90
        } else {
            30
        };
        writeln!(text, "{},{}", step * 900, peak + step % 7).unwrap();
    }
    let file = options.folder().join(name);
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

fn members(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_replay_scores_both_controllers_and_each_forecast() {
    let options = ServerOptions::sqlite();
    let files = [recording(&options, "a.csv"), recording(&options, "b.csv")];
    let chart = options.folder().join("chart.svg");
    let replayed = admin(
        &options,
        &[
            "queueing",
            "replay",
            "--json",
            "--mu",
            "100",
            "--chart",
            chart.to_str().unwrap(),
            &files[0],
            &files[1],
        ],
    )
    .ok()
    .json();
    assert_eq!(members(&replayed), ["total", "traces"]);
    assert_eq!(members(&replayed["total"]), ["classic", "predictive"]);
    let trace = &replayed["traces"][1];
    assert_eq!(
        members(trace),
        [
            "classic",
            "file",
            "mu",
            "predictive",
            "predictors",
            "step_seconds"
        ]
    );
    assert_eq!(
        (&trace["mu"], &trace["step_seconds"]),
        (&json!(100.0), &json!(900.0))
    );
    assert_eq!(
        members(&trace["predictors"]),
        ["fast_ewma", "holt", "seasonal"]
    );
    for block in [
        &trace["classic"],
        &trace["predictive"],
        &trace["predictors"]["holt"],
        &replayed["total"]["classic"],
    ] {
        assert_eq!(members(block), BLOCK);
    }
    let total = |name: &str| replayed["total"]["predictive"][name].as_f64().unwrap();
    let one = trace["predictive"]["overload_minutes"].as_f64();
    assert_eq!(one.map(|one| 2.0 * one), Some(total("overload_minutes")));
    assert!(total("episodes") > 0.0);
    let svg = std::fs::read_to_string(chart).unwrap();
    assert_eq!(
        (svg.matches("<polyline").count(), svg.contains("<script")),
        (2, false)
    );
    let table = admin(&options, &["queueing", "replay", &files[0]])
        .ok()
        .stdout;
    assert!(table.contains("predictive to classic:"), "{table}");
}

#[test]
fn what_cannot_be_replayed_is_named_and_the_rest_is_replayed() {
    let options = ServerOptions::sqlite();
    let good = recording(&options, "good.csv");
    let empty = options.folder().join("empty.csv");
    std::fs::write(&empty, "").unwrap();
    let replayed = admin(
        &options,
        &[
            "queueing",
            "replay",
            "--json",
            &good,
            empty.to_str().unwrap(),
            "no.csv",
        ],
    );
    assert_eq!(replayed.code(), Some(1));
    let value = replayed.json();
    assert_eq!(value["traces"].as_array().unwrap().len(), 1);
    assert_eq!(value["failed"].as_array().unwrap().len(), 2);
    assert_eq!(admin(&options, &["queueing", "replay"]).code(), Some(2));
    assert_eq!(
        admin(&options, &["queueing", "replay", "--mu", "0", &good]).code(),
        Some(1)
    );
}

#[test]
fn settings_are_tried_on_recordings_or_on_a_units_own_history() {
    let options = ServerOptions::sqlite();
    let files = [recording(&options, "a.csv"), recording(&options, "b.csv")];
    let tuned = admin(
        &options,
        &[
            "queueing", "tune", "--json", "--file", &files[0], "--file", &files[1],
        ],
    )
    .ok()
    .json();
    assert_eq!(
        members(&tuned["recommended"]),
        ["gate_precision", "longest_lock_minutes", "quick_alpha"]
    );
    assert_eq!(members(&tuned["left_out"]), BLOCK);
    assert_eq!(
        admin(&options, &["queueing", "tune", "nobody"]).code(),
        Some(1)
    );

    let server = Server::start(&options);
    for _ in 0..3 {
        let report = json!({ "arrival_rate": 10.0, "service_rate": 100.0 });
        assert_eq!(
            server.post("/api/v1/units/a/observations", &report).status,
            200
        );
    }
    let short = admin(&options, &["queueing", "tune", "a"]);
    assert_eq!(short.code(), Some(1));
    assert!(short.stderr.contains("too short"), "{}", short.stderr);
}
