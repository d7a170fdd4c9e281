//! What notices are about and where they go.

use std::str::FromStr;

use utc_domain::{
    DeliveryState, NoticeFormat, NoticeId, NoticeKind, NoticeKinds, WebhookId, WebhookName,
    WebhookUrl,
};

#[track_caller]
fn check_words<T>(words: &[&str])
where
    T: FromStr + ToString,
    T::Err: std::fmt::Debug,
{
    for word in words {
        assert_eq!(word.parse::<T>().unwrap().to_string(), *word);
        assert!(word.to_uppercase().parse::<T>().is_err(), "{word}");
    }
    assert!("".parse::<T>().is_err());
}

#[test]
fn every_word_reads_back_as_it_is_written() {
    check_words::<NoticeKind>(&NoticeKind::ALL.map(NoticeKind::as_str));
    check_words::<NoticeFormat>(&["standard", "slack"]);
    check_words::<DeliveryState>(&["pending", "delivered", "dead"]);
    check_words::<WebhookId>(&["0192f0c1-2345-7abc-8def-0123456789ab"]);
    check_words::<NoticeId>(&["0192f0c1-2345-7abc-8def-0123456789ab"]);
}

#[test]
fn kinds_are_at_least_one_and_each_once_in_one_order() {
    let kinds: NoticeKinds = "rule.changed approval.requested rule.changed"
        .parse()
        .unwrap();
    assert_eq!(kinds.to_string(), "approval.requested rule.changed");
    assert!(kinds.contains(NoticeKind::RuleChanged));
    assert!(!kinds.contains(NoticeKind::LevelChanged));
    assert!(NoticeKinds::new(&[]).is_err());
    assert!("rule.changed nonsense".parse::<NoticeKinds>().is_err());
    assert_eq!(
        NoticeKinds::all().to_string().parse(),
        Ok(NoticeKinds::all())
    );
}

#[track_caller]
fn check_url(text: &str, origin: &str) {
    let url: WebhookUrl = text.parse().unwrap();
    assert_eq!((url.as_str(), url.origin()), (text, origin));
    assert!(!format!("{url:?}").contains("T0/B0/secret"));
}

#[test]
fn a_url_shows_its_origin_and_not_what_may_be_a_secret() {
    check_url(
        "https://hooks.example/services/T0/B0/secret",
        "https://hooks.example",
    );
    check_url(
        "http://127.0.0.1:8080?a=T0/B0/secret",
        "http://127.0.0.1:8080",
    );
    check_url("https://hooks.example", "https://hooks.example");
}

#[test]
fn what_is_no_url_to_send_to_is_refused() {
    for text in [
        "",
        "hooks.example",
        "ftp://hooks.example",
        "https://",
        "https:///path",
        "https://user@hooks.example",
        "https://user:password@hooks.example/x",
        "https://hooks.example/a b",
        "https://hooks.example/\n",
        "https://hööks.example/",
        &format!("https://{}", "a".repeat(2_000)),
    ] {
        assert!(text.parse::<WebhookUrl>().is_err(), "{text}");
    }
}

#[test]
fn a_name_is_visible_and_not_too_long() {
    assert!("On call".parse::<WebhookName>().is_ok());
    for text in ["", "a\u{202e}b", &"a".repeat(101)] {
        assert!(text.parse::<WebhookName>().is_err(), "{text}");
    }
}
