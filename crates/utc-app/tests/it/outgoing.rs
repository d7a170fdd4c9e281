//! Requests to upstreams, as they are bound and held.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use utc_app::Forwarded;
use utc_app::gateway::{Outgoing, RecordError};

fn sample() -> Outgoing {
    Outgoing {
        method: "POST".to_owned(),
        origin: "https://payments.example:8443".to_owned(),
        path: "/v1/transfers".to_owned(),
        query: Some("dry=0".to_owned()),
        headers: vec![
            ("accept".to_owned(), b"*/*".to_vec()),
            ("authorization".to_owned(), b"Bearer secret".to_vec()),
            ("x-a".to_owned(), b"\xff1".to_vec()),
            ("x-a".to_owned(), b"2".to_vec()),
        ],
        body: Bytes::from_static(b"{\"amount\":7}"),
    }
}

fn bound(request: &Outgoing) -> Forwarded {
    request.bound()
}

prop_compose! {
    fn any_request()(
        method in "[A-Z]{1,8}",
        path in "/[ -~]{0,40}",
        query in option::of("[ -~]{0,20}"),
        headers in vec(("[a-z-]{1,12}", vec(any::<u8>(), 0..20)), 0..8),
        body in vec(any::<u8>(), 0..200),
    ) -> Outgoing {
        Outgoing { method, path, query, headers, body: Bytes::from(body), ..sample() }
    }
}

proptest! {
    #[test]
    fn a_record_reads_back_as_what_was_written(request in any_request()) {
        let record = request.to_record().unwrap();
        prop_assert_eq!(Outgoing::from_record(Bytes::from(record)), Ok(request));
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        let bytes = Bytes::from([&[1], bytes.as_slice()].concat());
        if let Ok(request) = Outgoing::from_record(bytes.clone()) {
            prop_assert_eq!(request.to_record().unwrap(), bytes);
        }
    }
}

#[test]
fn a_record_that_is_cut_before_its_body_is_damaged() {
    let record = sample().to_record().unwrap();
    let head = record.len() - sample().body.len();
    for end in 0..head {
        let cut = Bytes::from(record[..end].to_vec());
        assert_eq!(
            Outgoing::from_record(cut),
            Err(RecordError::Damaged),
            "{end}"
        );
    }
}

#[test]
fn a_record_of_another_version_says_so() {
    let mut record = sample().to_record().unwrap();
    record[0] = 2;
    let read = Outgoing::from_record(Bytes::from(record));
    assert_eq!(read, Err(RecordError::Version { found: 2 }));
}

#[test]
fn the_order_of_headers_with_other_names_and_what_names_an_attempt_are_not_bound() {
    let mut again = sample();
    again.headers.swap(0, 1);
    again
        .headers
        .push(("traceparent".to_owned(), b"00-1".to_vec()));
    again
        .headers
        .push(("tracestate".to_owned(), b"a=1".to_vec()));
    again
        .headers
        .push(("x-request-id".to_owned(), b"7".to_vec()));
    assert_eq!(bound(&again), bound(&sample()));
}

#[test]
fn everything_else_is_bound() {
    let change: [fn(&mut Outgoing); 7] = [
        |r| r.method = "PUT".to_owned(),
        |r| r.origin = "http://payments.example:8443".to_owned(),
        |r| r.path = "/v1/transfers/".to_owned(),
        |r| r.query = Some(String::new()),
        |r| r.query = None,
        |r| r.headers.swap(2, 3),
        |r| r.headers[1].1 = b"Bearer other".to_vec(),
    ];
    for (number, change) in change.into_iter().enumerate() {
        let mut changed = sample();
        change(&mut changed);
        assert_ne!(bound(&changed), bound(&sample()), "{number}");
    }
}

#[test]
fn no_body_has_no_digest() {
    let mut request = sample();
    let digest = request.payload_hash().unwrap();
    assert_eq!(
        digest.as_str(),
        "sha256:fb6632bd6651ff35747457d7d6aab3f5d91ff8521f5a79f7382c412da5ef081b"
    );
    request.body = Bytes::new();
    assert_eq!(request.payload_hash(), None);
}

#[test]
fn credentials_are_not_shown() {
    let shown = format!("{:?}", sample());
    assert!(
        !shown.contains("secret") && !shown.contains("amount"),
        "{shown}"
    );
}
