//! Who may do what, from outside: the setup link, the command line beside a server, two servers, secrets in files.

use std::path::Path;

use serde_json::{Value, json};
use utc_test_support::{Server, ServerOptions, admin, run_with_input};

use crate::calls::{DECIDE, question, receipt, write};
use crate::load::wait_until;

const PASSWORD: &str = "a password of some length";

/// What a server prints as the rest of a link.
fn printed<'a>(output: &'a str, before: &str) -> &'a str {
    let rest = output.split(before).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("`{before}` is not printed: {output}"));
    rest.split_whitespace().next().unwrap()
}

/// Makes a token on the command line and gives its text.
#[track_caller]
fn create(options: &ServerOptions, arguments: &[&str]) -> String {
    let arguments = [&["token", "create"], arguments].concat();
    admin(options, &arguments).ok().stdout.trim().to_owned()
}

#[test]
fn a_fresh_server_shows_a_setup_link_and_lets_nobody_else_in() {
    let options = ServerOptions::sqlite();
    let server = Server::start_alone(&options, &[]).unwrap();
    wait_until("the setup link", || {
        server.output().contains("/setup?token=")
    });
    let output = server.output();
    let link = format!(
        "/setup{}",
        printed(&output, &format!("{}/setup", server.url()))
    );
    let link = link.as_str();
    assert!(link.starts_with("/setup?token=utcsetup_"), "{link}");
    for path in [
        "/api/v1/units",
        "/api/v1/receipts",
        "/api/v1/rules",
        "/metrics",
        "/api/v1/me",
    ] {
        server.get(path).problem(401, "unauthenticated");
    }
    server
        .post(DECIDE, &question("read:x", "a"))
        .problem(401, "unauthenticated");
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.get(link).status, 200);
    let token = link.split('=').nth(1).unwrap();
    let form = format!(
        "token={token}&name=root&password={0}&again={0}",
        PASSWORD.replace(' ', "+")
    );
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let sent = server
        .client()
        .send("POST", "/setup", &kind, Some(form.as_bytes()));
    let sent = sent.unwrap();
    assert_eq!(sent.status, 303, "{}", sent.text());
    let cookie = sent
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let home = server
        .client()
        .send("GET", "/overview", &[("cookie", cookie)], None)
        .unwrap();
    assert!(home.text().contains("user:root"), "{}", home.text());
    server.get(link).problem(403, "setup_closed");
    let listed = admin(&options, &["user", "list", "--json"]).ok().json();
    assert_eq!(listed[0]["roles"], json!(["admin"]));
    drop(server);
    let again = Server::start_alone(&options, &[]).unwrap();
    assert!(!again.output().contains("/setup?token="));
}

#[test]
fn a_token_made_beside_a_server_is_accepted_at_once_and_refused_once_revoked() {
    for options in [ServerOptions::sqlite(), ServerOptions::postgres()] {
        let server = Server::start(&options);
        let arguments = [
            "ci",
            "--role",
            "decider",
            "viewer",
            "--subject",
            "agent-*",
            "--expires",
            "1h",
        ];
        let client = server.client().with_token(create(&options, &arguments));
        write(&client, "a");
        let other = json!({"subject": "user:alice", "action": "write:x", "unit": "a"});
        client
            .post(DECIDE, &other)
            .problem(403, "subject_not_allowed");
        client
            .put(
                "/api/v1/rules/read_only_for_risky",
                &json!({"enabled": true}),
            )
            .problem(403, "role_missing");
        let revoked = admin(&options, &["token", "revoke", "ci", "--json"])
            .ok()
            .json();
        client
            .post(DECIDE, &question("write:x", "a"))
            .problem(401, "unauthenticated");
        let claims = receipt(server.client(), &revoked["receipt_id"])["payload"].clone();
        assert_eq!(
            (&claims["kind"], &claims["sub"]),
            (&json!("access_change"), &json!("admin:cli"))
        );
    }
}

#[test]
fn two_servers_know_the_same_people_and_tokens() {
    let options = ServerOptions::postgres();
    let (one, other) = (Server::start(&options), Server::start(&options.beside()));
    let body = json!({"name": "ci", "roles": ["decider"], "subjects": ["**"]});
    let made = one.post("/api/v1/tokens", &body);
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let there = other.client().with_token(made["token"].as_str().unwrap());
    write(&there, "a");
    one.delete(&format!("/api/v1/tokens/{}", made["id"].as_str().unwrap()))
        .ok();
    there
        .post(DECIDE, &question("write:x", "a"))
        .problem(401, "unauthenticated");
}

#[test]
fn a_person_made_on_the_command_line_signs_in_and_survives_a_restart() {
    let options = ServerOptions::sqlite();
    let input = format!("{PASSWORD}\n");
    run_with_input(&options, "utc-admin", &["user", "create", "root"], &input).ok();
    let created = run_with_input(
        &options,
        "utc-admin",
        &["user", "create", "ann", "--role", "operator", "--json"],
        &input,
    );
    assert_eq!(created.ok().json()["roles"], json!(["operator"]));
    let sign_in = |server: &Server| {
        let body = json!({"name": "ann", "password": PASSWORD});
        server.client().anonymous().post("/api/v1/session", &body)
    };
    let mut server = Server::start(&options);
    let answer = sign_in(&server);
    let cookie = answer
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let me = |server: &Server| {
        let client = server.client().anonymous();
        client
            .send("GET", "/api/v1/me", &[("cookie", &cookie)], None)
            .unwrap()
    };
    assert_eq!(me(&server).ok()["name"], "user:ann");
    server.stop();
    let server = Server::start(&options);
    assert_eq!(me(&server).ok()["name"], "user:ann");
    admin(&options, &["user", "role", "ann", "viewer", "approver"]).ok();
    wait_until("the other roles", || {
        me(&server).ok()["roles"] == json!(["viewer", "approver"])
    });
    admin(&options, &["user", "disable", "ann"]).ok();
    wait_until("the session's end", || me(&server).status == 401);
    sign_in(&server).problem(401, "unauthenticated");
    admin(&options, &["user", "enable", "ann"]).ok();
    let other = "another password entirely\n";
    run_with_input(
        &options,
        "utc-admin",
        &["user", "reset-password", "ann"],
        other,
    )
    .ok();
    sign_in(&server).problem(401, "unauthenticated");
    let last = admin(&options, &["user", "disable", "root"]);
    assert_eq!(last.code(), Some(1));
    assert!(last.stderr.contains("last administrator"), "{last:?}");
}

#[test]
fn the_command_line_says_what_a_token_lacks() {
    let options = ServerOptions::sqlite();
    for (arguments, part) in [
        (vec!["x", "--role", "decider"], "--subject"),
        (
            vec!["x", "--role", "decider", "approver", "--subject", "a"],
            "--role",
        ),
        (
            vec!["x", "--role", "viewer", "--owner", "nobody"],
            "no user",
        ),
    ] {
        let refused = admin(
            &options,
            &[&["token", "create"], arguments.as_slice()].concat(),
        );
        assert_eq!(refused.code(), Some(1), "{refused:?}");
        assert!(refused.stderr.contains(part), "{refused:?}");
    }
    for arguments in [
        vec!["x"],
        vec!["x", "--role", "root"],
        vec!["x", "--role", "viewer", "--expires", "soon"],
    ] {
        let wrong = admin(
            &options,
            &[&["token", "create"], arguments.as_slice()].concat(),
        );
        assert_eq!(wrong.code(), Some(2), "{wrong:?}");
    }
    let empty = run_with_input(&options, "utc-admin", &["user", "create", "ann"], "\n");
    assert_eq!(empty.code(), Some(1));
    let weak = run_with_input(&options, "utc-admin", &["user", "create", "ann"], "short\n");
    assert!(
        weak.code() == Some(1) && weak.stderr.contains("valid"),
        "{weak:?}"
    );
}

#[test]
fn json_shows_the_token_once_and_lists_never() {
    let options = ServerOptions::sqlite();
    let arguments = [
        "token", "create", "ci", "--role", "signal", "--unit", "pay*", "--json",
    ];
    let made = admin(&options, &arguments).ok().json();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("utc_"), "{made}");
    assert_eq!(
        (&made["units"], &made["state"]),
        (&json!(["pay*"]), &json!("active"))
    );
    let listed = admin(&options, &["token", "list", "--json"]).ok();
    assert!(!listed.stdout.contains(token));
    assert_eq!(listed.json()[0]["id"], made["id"]);
}

fn read_all(folder: &Path, found: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, found);
        } else {
            found.extend(std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn no_secret_is_in_a_log_or_in_the_database() {
    let options = ServerOptions::sqlite().env("LOG_LEVEL", "trace");
    let mut server = Server::start(&options);
    let body = json!({"name": "ann", "password": PASSWORD, "roles": ["admin"]});
    assert_eq!(server.post("/api/v1/users", &body).status, 201);
    let body = json!({"name": "ann", "password": PASSWORD});
    let signed_in = server.client().anonymous().post("/api/v1/session", &body);
    let cookie = signed_in.header("set-cookie").unwrap().to_owned();
    let session = cookie.split(['=', ';']).nth(1).unwrap();
    let token = server.client().token().unwrap().to_owned();
    write(server.client(), "a");
    server.client().with_token("utc_nonsense").get("/api/v1/me");
    server.stop();
    let output = server.output();
    let mut stored = Vec::new();
    read_all(options.folder(), &mut stored);
    assert!(stored.len() > 10_000, "{}", stored.len());
    // The secret may hold the separator too: it is all that stands behind the second one.
    let secret = |text: &str| text.splitn(3, '_').nth(2).unwrap().to_owned();
    for secret in [secret(&token), secret(session), PASSWORD.to_owned()] {
        assert!(!output.contains(&secret), "a secret is in the log");
        let found = stored
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "a secret is in a file");
    }
    let mode = std::fs::metadata(options.key_file()).unwrap().permissions();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
        0o600
    );
}

#[test]
fn the_demo_shows_a_link_and_commands_that_work() {
    let options = ServerOptions::sqlite();
    let server = Server::start_alone(&options, &["--demo"]).unwrap();
    wait_until("the instructions", || {
        server.output().contains("/api/v1/receipts?")
    });
    let output = server.output();
    let link = format!(
        "/login{}",
        printed(&output, &format!("{}/login", server.url()))
    );
    let link = link.as_str();
    assert!(link.starts_with("/login?token=utclogin_"), "{link}");
    for _ in 0..2 {
        let answer = server.get(link);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
        let cookie = answer
            .header("set-cookie")
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        let home = server
            .client()
            .send("GET", "/overview", &[("cookie", &cookie)], None)
            .unwrap();
        assert!(home.text().contains("user:demo"), "{}", home.text());
    }
    let commands: Vec<&str> = output
        .lines()
        .filter(|line| line.starts_with("curl "))
        .collect();
    // The walk through the gateway follows; it is a test of its own.
    for command in commands.into_iter().take(3) {
        let said = std::process::Command::new("sh")
            .args(["-c", command])
            .output();
        // Where there is no curl, the token itself is tried.
        if let Some(said) = said.ok().filter(|said| said.status.success()) {
            let answer: Value = serde_json::from_slice(&said.stdout).unwrap();
            assert_eq!(answer.get("status"), None, "{command}: {answer}");
        }
        let token = printed(command, "Bearer ").trim_end_matches('\'');
        let me = server.client().with_token(token).get("/api/v1/me").ok();
        assert_eq!(me["name"], "token:demo");
    }
}
