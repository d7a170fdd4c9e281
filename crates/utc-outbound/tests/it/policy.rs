//! What the policy refuses, and the words that it has for it.

use utc_outbound::{OutboundPolicy, Refusal};

fn judge(policy: &OutboundPolicy, address: &str) -> Result<(), Refusal> {
    policy.judge("host.example", address.parse().unwrap())
}

#[track_caller]
fn check_refused(policy: &OutboundPolicy, address: &str, words: &str) {
    assert_eq!(judge(policy, address).unwrap_err().to_string(), words);
}

#[test]
fn a_refusal_says_what_the_address_is_and_what_could_be_done() {
    let policy = OutboundPolicy::default().refusing_own(["8.8.8.8:8000".parse().unwrap()]);
    check_refused(
        &policy,
        "[::ffff:10.0.0.5]:80",
        "`10.0.0.5` is an address of a private network, and `UTC_OUTBOUND_ALLOW` does not list it",
    );
    check_refused(
        &policy,
        "169.254.169.254:80",
        "`169.254.169.254` is a link-local address, where clouds keep their metadata service; \
         such addresses are never called",
    );
    check_refused(
        &policy,
        "8.8.8.8:8000",
        "this server itself listens on `8.8.8.8:8000`",
    );
}

#[test]
fn loopback_is_for_development_or_the_list() {
    let address = "127.0.0.1:9000";
    let closed = OutboundPolicy::default();
    assert!(judge(&closed, address).is_err());
    assert_eq!(judge(&closed.clone().allowing_loopback(), address), Ok(()));
    let listed = closed.allowing(["127.0.0.1:9000".parse().unwrap()]);
    assert_eq!(judge(&listed, address), Ok(()));
}

#[test]
fn development_opens_loopback_and_nothing_else() {
    let policy = OutboundPolicy::default().allowing_loopback();
    for address in [
        "10.0.0.1:1",
        "0.0.0.0:1",
        "[::]:1",
        "[64:ff9b::127.0.0.1]:1",
        "[::127.0.0.1]:1",
    ] {
        assert!(judge(&policy, address).is_err(), "{address}");
    }
}

#[test]
fn an_own_listener_is_refused_in_every_form_and_its_neighbours_are_not() {
    let policy = OutboundPolicy::default()
        .allowing_loopback()
        .allowing(["127.0.0.1:8000".parse().unwrap()])
        .refusing_own(["127.0.0.1:8000".parse().unwrap()]);
    for address in ["127.0.0.1:8000", "[::ffff:127.0.0.1]:8000"] {
        let own = Refusal::OwnListener("127.0.0.1:8000".parse().unwrap());
        assert_eq!(judge(&policy, address), Err(own), "{address}");
    }
    assert_eq!(judge(&policy, "127.0.0.1:8001"), Ok(()));
    assert_eq!(judge(&policy, "127.0.0.2:8000"), Ok(()));
}

#[test]
fn a_listener_on_every_address_is_refused_on_every_address_of_this_machine() {
    for everywhere in ["0.0.0.0:8000", "[::]:8000", "[::ffff:0.0.0.0]:8000"] {
        let policy = OutboundPolicy::default()
            .allowing_loopback()
            .allowing(["192.0.2.1".parse().unwrap()])
            .refusing_own([everywhere.parse().unwrap()]);
        for address in ["127.0.0.1:8000", "127.8.8.8:8000", "[::1]:8000"] {
            let refused = judge(&policy, address);
            assert!(
                matches!(refused, Err(Refusal::OwnListener(_))),
                "{everywhere} {address}"
            );
        }
        assert_eq!(judge(&policy, "127.0.0.1:8001"), Ok(()), "{everywhere}");
        assert_eq!(judge(&policy, "192.0.2.1:8000"), Ok(()), "{everywhere}");
    }
}
