//! The data key is changed as the documentation says: the file gets another first line, and later loses the last one.

use std::fs;

use utc_test_support::{Answer, Client, Server, ServerOptions, admin};

/// Base64url of 32 bytes.
const NEXT: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";

fn me(server: &Server, token: &str) -> Answer {
    let client: Client = server.client().with_token(token);
    client.get("/api/v1/me")
}

#[test]
fn tokens_outlive_a_new_data_key_and_the_old_one_once_they_are_used() {
    let options = ServerOptions::sqlite();
    let made = |name| admin(&options, &["token", "create", name, "--role", "viewer"]);
    let mut server = Server::start(&options);
    let before = made("before").ok().stdout.trim().to_owned();
    let idle = made("idle").ok().stdout.trim().to_owned();
    me(&server, &before).ok();
    server.stop();

    let old = fs::read_to_string(options.key_file()).unwrap();
    fs::write(options.key_file(), format!("{NEXT}\n{old}")).unwrap();
    let mut server = Server::start(&options);
    me(&server, &before).ok();
    let after = made("after").ok().stdout.trim().to_owned();
    me(&server, &after).ok();
    server.stop();

    fs::write(options.key_file(), format!("{NEXT}\n")).unwrap();
    let server = Server::start_alone(&options, &[]).unwrap();
    me(&server, &after).ok();
    me(&server, &before).ok();
    me(&server, &idle).problem(401, "unauthenticated");
}
