//! Small values.

use utc_tdx::score::Owner;
use utc_tdx::ssf::{Algorithm, StreamStatus};
use utc_tdx::{
    Adapter, Confidence, ContentHash, Entity, Link, Severity, SourceName, Speaker, Standing, Topic,
    Trust,
};

#[test]
fn shares_are_numbers_from_0_to_1() {
    for value in [0.0, -0.0, 0.5, 1.0] {
        assert_eq!(Trust::new(value).unwrap().get(), value);
    }
    assert!(Confidence::new(-0.0).unwrap().get().is_sign_positive());
    assert_eq!(Confidence::new(0.123_456_5).unwrap().get(), 0.123_456);
    for value in [-1e-9, 1.000_001, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(Trust::new(value).is_err(), "{value}");
        assert!(Confidence::new(value).is_err(), "{value}");
    }
}

#[test]
fn hashes_have_one_writing() {
    let hash = ContentHash::of(b"abc");
    let text = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hash.to_string(), text);
    assert_eq!(text.parse(), Ok(hash));
    for wrong in [
        "",
        &text[7..],
        &text.to_uppercase(),
        &text[..70],
        &format!("{text}0"),
    ] {
        assert!(wrong.parse::<ContentHash>().is_err(), "{wrong}");
    }
}

#[test]
fn names_are_written_as_they_are_read() {
    for severity in Severity::ALL {
        assert_eq!(severity.to_string().parse(), Ok(severity));
    }
    for adapter in Adapter::ALL {
        assert_eq!(adapter.to_string().parse(), Ok(adapter));
    }
    for algorithm in Algorithm::ALL {
        assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
    }
    for status in StreamStatus::ALL {
        assert_eq!(status.to_string().parse(), Ok(status));
    }
    for owner in Owner::ALL {
        assert_eq!(owner.to_string().parse(), Ok(owner));
    }
    for standing in [
        Standing::Appeared,
        Standing::Registered,
        Standing::Authoritative,
    ] {
        assert_eq!(standing.to_string().parse(), Ok(standing));
    }
}

#[test]
fn half_lives_follow_the_topic() {
    let hours = |topic: &str| {
        let topic: Topic = topic.parse().unwrap();
        topic.half_life_micros() / 3_600_000_000
    };
    assert_eq!(hours("identity"), 24);
    assert_eq!(hours("runtime"), 6);
    assert_eq!(hours("vulnerability"), 336);
    assert_eq!(hours("compliance"), 168);
    assert_eq!(hours("anomaly"), 24);
    assert_eq!(hours("Runtime"), 24);
}

#[test]
fn texts_from_outside_are_bounded_and_visible() {
    assert!("https://a.example/x".parse::<SourceName>().is_ok());
    for wrong in ["", "a b", "é", "a\u{7f}", &"x".repeat(201)] {
        assert!(wrong.parse::<SourceName>().is_err(), "{wrong}");
    }
    for wrong in ["", "\u{202e}", "a\nb", &"x".repeat(201)] {
        assert!(wrong.parse::<Entity>().is_err(), "{wrong}");
    }
    for wrong in [
        "ftp://a",
        "https://a b",
        "//a",
        "HTTPS://a",
        &format!("https://{}", "x".repeat(2_000)),
    ] {
        assert!(wrong.parse::<Link>().is_err(), "{wrong}");
    }
}

#[test]
fn without_patterns_a_token_speaks_for_nobody() {
    assert!(!Speaker::default().may_speak_for(&"a".parse().unwrap()));
}
