//! The policy set's identity.

use utc_domain::Rule;
use utc_policy::{PolicySet, UnknownUnits};

#[test]
fn switching_a_rule_there_and_back_restores_the_digest_and_raises_the_version() {
    let first = PolicySet::initial(UnknownUnits::Allow);
    let on = first.with_rule(Rule::ReadOnlyForRisky, true);
    let back = on.with_rule(Rule::ReadOnlyForRisky, false);
    assert_ne!(first.reference().digest, on.reference().digest);
    assert_eq!(first.reference().digest, back.reference().digest);
    assert_eq!(
        (first.reference().version, back.reference().version),
        (1, 3)
    );
}

#[test]
fn every_set_reads_back_from_its_canonical_json_and_nothing_else_reads() {
    let choices = [&[][..], &Rule::ALL[..1], &Rule::ALL[1..], &Rule::ALL];
    let units = [
        UnknownUnits::Allow,
        UnknownUnits::Approve,
        UnknownUnits::Deny,
    ];
    for on in choices {
        for unknown in units {
            let set = PolicySet::of(on, unknown, 7);
            let text = set.canonical_json();
            assert_eq!(PolicySet::from_canonical(&text, 7), Some(set));
            assert_eq!(PolicySet::from_canonical(&text.replace(':', ": "), 7), None);
            assert_eq!(
                PolicySet::from_canonical(&text.replace("\"v\":1", "\"v\":2"), 7),
                None
            );
        }
    }
    assert_eq!(PolicySet::from_canonical("", 1), None);
}

#[test]
fn the_digest_is_the_sha_256_of_the_canonical_json() {
    let set = PolicySet::initial(UnknownUnits::Deny);
    assert_eq!(
        set.canonical_json(),
        r#"{"read_only_for_risky":false,"unknown_units":"deny","v":1,"writes_require_approval":false}"#
    );
    // `printf '%s' '<the line above>' | sha256sum`
    assert_eq!(
        set.reference().digest,
        "sha256:fa64f24530daea7259ed8bedec00cf07b80f40d69875bfa2bb4856b296372408"
    );
}
