//! What the environment of the process changes, and what it does not: each in a process of its own.

use std::process::{Command, Output};

use crate::server::{OK, Script, Server};
use crate::support::{client, development, get, text};

const URL: &str = "UTC_OUTBOUND_TEST_URL";

/// Calls `url` from a process with `variables` in its environment.
pub(crate) fn call(url: &str, variables: &[(&str, &str)]) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "environment::a_call_reaches_the_server_that_it_names",
            "--nocapture",
        ])
        .env(URL, url)
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

/// The others start it again with the URL of a server of theirs.
#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the environment is how the test tells it what to call"
)]
async fn a_call_reaches_the_server_that_it_names() {
    let own = Server::start(Script::Answer(OK));
    let url = std::env::var(URL).unwrap_or_else(|_| own.url("/"));
    let response = client(development()).send(get(&url)).await.unwrap();
    assert_eq!(text(response).await, "ok");
}

#[test]
fn proxies_in_the_environment_are_not_used() {
    let (server, proxy) = (
        Server::start(Script::Answer(OK)),
        Server::start(Script::Answer(OK)),
    );
    let proxy_url = proxy.url("");
    let names = [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ];
    let variables = names.map(|name| (name, proxy_url.as_str()));
    let output = call(&server.url("/"), &variables);
    assert!(output.status.success(), "{output:?}");
    assert_eq!((server.requests().len(), proxy.accepted()), (1, 0));
}
