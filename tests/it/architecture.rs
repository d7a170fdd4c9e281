//! Dependencies point down only.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use utc_test_support::workspace;

/// Every crate of ours, and exactly the crates of ours that it uses.
const EDGES: &[(&str, &[&str])] = &[
    ("utc-domain", &[]),
    ("utc-policy", &["utc-domain"]),
    ("utc-queueing", &["utc-domain"]),
    ("utc-tdx", &["utc-domain"]),
    ("utc-attestation", &["utc-domain"]),
    ("utc-chart", &["utc-domain"]),
    (
        "utc-evidence",
        &["utc-attestation", "utc-chart", "utc-domain"],
    ),
    ("utc-vault", &[]),
    ("utc-storage", &["utc-attestation", "utc-domain"]),
    ("utc-outbound", &[]),
    ("utc-config", &[]),
    (
        "utc-app",
        &[
            "utc-attestation",
            "utc-domain",
            "utc-evidence",
            "utc-policy",
            "utc-queueing",
            "utc-storage",
            "utc-tdx",
            "utc-vault",
        ],
    ),
    ("utc-jwks", &["utc-outbound", "utc-tdx"]),
    ("utc-notify", &["utc-app", "utc-domain", "utc-outbound"]),
    ("utc-demo", &["utc-app", "utc-domain", "utc-tdx"]),
    ("utc-gateway", &["utc-app", "utc-domain", "utc-outbound"]),
    (
        "utc-web",
        &[
            "utc-app",
            "utc-attestation",
            "utc-chart",
            "utc-domain",
            "utc-jwks",
            "utc-notify",
            "utc-tdx",
        ],
    ),
    (
        "utc-server",
        &[
            "utc-app",
            "utc-config",
            "utc-demo",
            "utc-domain",
            "utc-gateway",
            "utc-jwks",
            "utc-notify",
            "utc-outbound",
            "utc-web",
        ],
    ),
    ("utc-verify", &["utc-attestation", "utc-evidence"]),
    (
        "utc-admin",
        &[
            "utc-app",
            "utc-chart",
            "utc-config",
            "utc-domain",
            "utc-queueing",
            "utc-tdx",
        ],
    ),
    ("utc-test-support", &[]),
    (
        "utc-tests",
        &[
            "utc-app",
            "utc-config",
            "utc-domain",
            "utc-gateway",
            "utc-server",
        ],
    ),
];

/// What a crate must not name among its dependencies.
const MUST_NOT_KNOW: &[(&str, &[&str])] = &[
    (
        "utc-domain",
        &[
            "serde",
            "serde_json",
            "diesel",
            "actix-web",
            "tokio",
            "tracing",
            "getrandom",
        ],
    ),
    (
        "utc-policy",
        &["serde_json", "diesel", "actix-web", "tokio", "tracing"],
    ),
    (
        "utc-queueing",
        &["serde_json", "diesel", "actix-web", "tokio", "tracing"],
    ),
    (
        "utc-tdx",
        &["diesel", "actix-web", "tokio", "tracing", "getrandom"],
    ),
    (
        "utc-attestation",
        &["diesel", "actix-web", "tokio", "tracing"],
    ),
    (
        "utc-evidence",
        &["diesel", "actix-web", "tokio", "tracing", "getrandom"],
    ),
    (
        "utc-chart",
        &[
            "serde",
            "serde_json",
            "diesel",
            "actix-web",
            "tera",
            "tokio",
            "tracing",
        ],
    ),
    (
        "utc-vault",
        &[
            "serde_json",
            "diesel",
            "actix-web",
            "tokio",
            "tracing",
            "getrandom",
        ],
    ),
    (
        "utc-storage",
        &["actix-web", "serde", "serde_json", "tera", "tokio"],
    ),
    ("utc-outbound", &["diesel", "actix-web", "serde_json"]),
    ("utc-notify", &["diesel", "actix-web", "serde_json", "tera"]),
    ("utc-config", &["diesel", "actix-web", "tokio"]),
    ("utc-app", &["actix-web", "diesel", "tera"]),
    ("utc-web", &["diesel", "libsqlite3-sys", "pq-sys", "r2d2"]),
    (
        "utc-gateway",
        &["diesel", "libsqlite3-sys", "pq-sys", "r2d2", "tera"],
    ),
];

/// What must not come along with a pure crate, however far below.
const HEAVY: &[&str] = &[
    "diesel",
    "libsqlite3-sys",
    "pq-sys",
    "actix-web",
    "actix-rt",
    "tokio",
    "hyper",
    "async-std",
];

const PURE: &[&str] = &[
    "utc-domain",
    "utc-policy",
    "utc-queueing",
    "utc-tdx",
    "utc-attestation",
    "utc-evidence",
    "utc-chart",
    "utc-vault",
];

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Each package's dependencies of one kind: `null` for what is built into it, or `dev`.
fn dependencies(kind: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let metadata = cargo(&["metadata", "--format-version", "1", "--no-deps", "--locked"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let of = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|dependency| dependency["kind"] == *kind)
            .map(name)
            .collect()
    };
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| (name(package), of(package)))
        .collect()
}

fn ours(names: &BTreeSet<String>) -> BTreeSet<&str> {
    names
        .iter()
        .map(String::as_str)
        .filter(|name| name.starts_with("utc-"))
        .collect()
}

#[test]
fn crates_of_ours_use_exactly_the_crates_of_ours_that_they_may() {
    let found = dependencies(&Value::Null);
    let found: BTreeMap<&str, BTreeSet<&str>> = found
        .iter()
        .map(|(name, uses)| (name.as_str(), ours(uses)))
        .collect();
    let allowed: BTreeMap<&str, BTreeSet<&str>> = EDGES
        .iter()
        .map(|(name, uses)| (*name, uses.iter().copied().collect()))
        .collect();
    assert_eq!(found, allowed);
}

#[test]
fn no_crate_names_what_it_must_not_know() {
    let found = dependencies(&Value::Null);
    for (name, forbidden) in MUST_NOT_KNOW.iter().copied() {
        let named: Vec<_> = forbidden
            .iter()
            .filter(|&&other| found[name].contains(other))
            .collect();
        assert!(named.is_empty(), "{name} knows {named:?}");
    }
}

#[test]
fn one_crate_alone_connects_to_others() {
    let clients = ["awc", "curl", "hyper", "hyper-util", "reqwest", "ureq"];
    let found = dependencies(&Value::Null);
    let users: Vec<&str> = found
        .iter()
        .filter(|(_, uses)| clients.iter().any(|client| uses.contains(*client)))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(users, ["utc-outbound", "utc-test-support"]);
}

#[test]
fn anyhow_is_for_programs_and_tests() {
    let found = dependencies(&Value::Null);
    let users: Vec<&str> = found
        .iter()
        .filter(|(_, uses)| uses.contains("anyhow"))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        users,
        ["utc-admin", "utc-server", "utc-tests", "utc-verify"]
    );
}

/// The libraries that a crate brings along, however far below.
fn brought(name: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{lib}", "-p",
        name,
    ]);
    tree.lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .collect()
}

#[test]
fn what_the_verifier_brings_along_is_small() {
    let brought = brought("utc-verify");
    assert!(brought.contains("utc_evidence"), "{brought:?}");
    let heavy = HEAVY.iter().map(|heavy| heavy.replace('-', "_"));
    let heavy: Vec<_> = heavy.filter(|heavy| brought.contains(heavy)).collect();
    assert!(heavy.is_empty(), "the verifier brings {heavy:?}");
}

#[test]
fn what_a_pure_crate_brings_along_is_small() {
    for name in PURE.iter().copied() {
        let brought = brought(name);
        assert!(
            brought.contains(name.replace('-', "_").as_str()),
            "{name}: {brought:?}"
        );
        let heavy: Vec<_> = HEAVY
            .iter()
            .filter(|heavy| brought.contains(heavy.replace('-', "_").as_str()))
            .collect();
        assert!(heavy.is_empty(), "{name} brings {heavy:?}");
    }
}
