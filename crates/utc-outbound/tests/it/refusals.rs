//! Nothing gets a connection that the policy refuses.

use utc_outbound::{AddressClass, OutboundError, OutboundPolicy, Refusal};

use crate::server::{OK, Script, Server};
use crate::support::{Fake, client, development, get, refusal, text};

/// Checks that `url`, where `{port}` is the server's, is refused and that nobody knocked at the server.
#[track_caller]
fn check_refused(policy: &OutboundPolicy, url: &str) {
    let server = Server::start(Script::Answer(OK));
    let url = url.replace("{port}", &server.address.port().to_string());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sent = runtime.block_on(client(policy.clone()).send(get(&url)));
    let error = sent.unwrap_err();
    assert!(
        matches!(error, OutboundError::Refused(_)),
        "{url}: {error:?}"
    );
    assert!(error.is_unsent() && !error.is_outage(), "{url}");
    assert_eq!(server.accepted(), 0, "{url}");
}

#[test]
fn loopback_is_refused_in_every_spelling() {
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "127.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0.0.0.0",
        "0",
        "[::]",
    ] {
        check_refused(
            &OutboundPolicy::default(),
            &format!("http://{host}:{{port}}/"),
        );
        check_refused(
            &OutboundPolicy::default(),
            &format!("https://{host}:{{port}}/"),
        );
    }
}

#[test]
fn the_unspecified_address_is_refused_in_development_too() {
    for host in ["0.0.0.0", "0", "[::]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"] {
        check_refused(&development(), &format!("http://{host}:{{port}}/"));
    }
}

#[tokio::test]
async fn development_and_the_list_open_loopback() {
    let server = Server::start(Script::Answer(OK));
    let address = server.address.to_string();
    let listed = OutboundPolicy::default().allowing([address.parse().unwrap()]);
    for policy in [development(), listed] {
        let response = client(policy).send(get(&server.url("/"))).await.unwrap();
        assert_eq!(text(response).await, "ok");
    }
}

#[tokio::test]
async fn a_name_is_resolved_by_the_system_and_judged_by_its_addresses() {
    let server = Server::start(Script::Answer(OK));
    let entry = format!("localhost:{}", server.address.port());
    let policy = OutboundPolicy::default().allowing([entry.parse().unwrap()]);
    let sent = client(policy).send(get(&format!("http://{entry}/"))).await;
    assert_eq!(text(sent.unwrap()).await, "ok");
    assert_eq!(server.accepted(), 1);
}

#[tokio::test]
async fn a_port_that_is_not_listed_is_refused() {
    let server = Server::start(Script::Answer(OK));
    let other = server.address.port() ^ 1;
    let entries = [format!("127.0.0.1:{other}"), format!("localhost:{other}")];
    let policy = OutboundPolicy::default().allowing(entries.map(|entry| entry.parse().unwrap()));
    let client = client(policy);
    refusal(client.send(get(&server.url("/"))).await);
    let by_name = format!("http://localhost:{}/", server.address.port());
    refusal(client.send(get(&by_name)).await);
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn our_own_listener_is_refused_whatever_is_listed_and_however_it_is_called() {
    let server = Server::start(Script::Answer(OK));
    let own = server.address;
    let everywhere = ([0, 0, 0, 0], own.port()).into();
    for listener in [own, everywhere] {
        let policy = development()
            .allowing(["127.0.0.1", "localhost"].map(|entry| entry.parse().unwrap()))
            .refusing_own([listener]);
        let client = client(policy);
        for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "localhost"] {
            let url = format!("http://{host}:{}/", own.port());
            let refused = refusal(client.send(get(&url)).await);
            assert!(
                matches!(refused, Refusal::OwnListener(_)),
                "{url}: {refused:?}"
            );
        }
    }
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn a_name_with_one_bad_address_is_refused_as_a_whole() {
    let server = Server::start(Script::Answer(OK));
    for answer in [["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"]] {
        let client = Fake::answering(&[&answer]).client(OutboundPolicy::default());
        let url = format!("http://both.example:{}/", server.address.port());
        assert_eq!(
            refusal(client.send(get(&url)).await),
            Refusal::NotListed {
                address: [127, 0, 0, 1].into(),
                class: AddressClass::Loopback,
            }
        );
    }
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_address_after_the_check_gains_nothing() {
    let server = Server::start(Script::Answer(OK));
    let fake = Fake::answering(&[&["8.8.8.8"], &["127.0.0.1"]]);
    let client = fake.client(OutboundPolicy::default());
    let request = get(&format!(
        "http://rebinds.example:{}/",
        server.address.port()
    ));
    client.check(&request.target).await.unwrap();
    refusal(client.send(request).await);
    assert_eq!((fake.asked(), server.accepted()), (2, 0));
}

#[tokio::test]
async fn a_connection_goes_to_what_was_judged_without_asking_again() {
    let server = Server::start(Script::Answer(OK));
    // A second question would be answered with an address where nobody listens.
    let fake = Fake::answering(&[&["127.0.0.1"], &["127.9.9.9"]]);
    let client = fake.client(development());
    let url = format!("http://rebinds.example:{}/", server.address.port());
    assert_eq!(text(client.send(get(&url)).await.unwrap()).await, "ok");
    assert_eq!((fake.asked(), server.accepted()), (1, 1));
}

#[tokio::test]
async fn an_address_in_the_url_is_not_asked_about() {
    let server = Server::start(Script::Answer(OK));
    let fake = Fake::answering(&[&["8.8.8.8"]]);
    refusal(
        fake.client(OutboundPolicy::default())
            .send(get(&server.url("/")))
            .await,
    );
    assert_eq!((fake.asked(), server.accepted()), (0, 0));
}

#[tokio::test]
async fn link_local_is_refused_even_when_it_is_listed() {
    let entries = ["169.254.0.0/16", "metadata.internal"].map(|entry| entry.parse().unwrap());
    let client = Fake::answering(&[&["169.254.169.254"]]).client(development().allowing(entries));
    for host in [
        "169.254.169.254",
        "metadata.internal",
        "[::ffff:169.254.169.254]",
    ] {
        let refused = refusal(client.send(get(&format!("http://{host}/latest/"))).await);
        assert!(matches!(refused, Refusal::Never { .. }), "{host}");
    }
}

#[tokio::test]
async fn the_check_tells_at_once_what_sending_would_meet() {
    let client = Fake::answering(&[&["10.0.0.1"]]).client(OutboundPolicy::default());
    for url in [
        "http://10.0.0.1/",
        "http://internal.example/",
        "http://169.254.169.254/",
    ] {
        let checked = client.check(&url.parse().unwrap()).await;
        assert!(
            matches!(checked, Err(OutboundError::Refused(_))),
            "{url}: {checked:?}"
        );
    }
    let nowhere = Fake::answering(&[&[]]).client(OutboundPolicy::default());
    let checked = nowhere
        .check(&"http://nowhere.example/".parse().unwrap())
        .await;
    assert!(
        matches!(checked, Err(OutboundError::Resolve { host, .. }) if host == "nowhere.example")
    );
}
