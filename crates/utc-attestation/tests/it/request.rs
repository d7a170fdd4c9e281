//! What an approval binds.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use utc_attestation::{BoundRequest, ForwardedRequest, request_digest};
use utc_domain::{Action, PayloadHash, RequestDigest, Subject, UnitName};

/// Like [`BoundRequest`], with its own values.
#[derive(Debug, Clone, PartialEq)]
struct Request {
    subject: Subject,
    token: String,
    action: Action,
    unit: UnitName,
    config_version: u64,
    payload_hash: Option<PayloadHash>,
    forwarded: Option<Forwarded>,
}

#[derive(Debug, Clone, PartialEq)]
struct Forwarded {
    method: String,
    origin: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, Vec<u8>)>,
}

impl Request {
    fn digest(&self) -> RequestDigest {
        let forwarded = self.forwarded.as_ref();
        let headers: Vec<(&str, &[u8])> = forwarded
            .iter()
            .flat_map(|forwarded| &forwarded.headers)
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        let forwarded = forwarded.map(|forwarded| ForwardedRequest {
            method: &forwarded.method,
            origin: &forwarded.origin,
            path: &forwarded.path,
            query: forwarded.query.as_deref(),
            headers: &headers,
        });
        let bound = BoundRequest {
            subject: &self.subject,
            token: &self.token,
            action: &self.action,
            unit: &self.unit,
            config_version: self.config_version,
            payload_hash: self.payload_hash.as_ref(),
            forwarded,
        };
        request_digest(&bound).unwrap()
    }

    /// With one of its members, counted from 0, as it is in `other`.
    fn with_member_of(mut self, other: &Self, member: usize) -> Self {
        match member {
            0 => self.subject = other.subject.clone(),
            1 => self.token.clone_from(&other.token),
            2 => self.action = other.action.clone(),
            3 => self.unit = other.unit.clone(),
            4 => self.config_version = other.config_version,
            5 => self.payload_hash.clone_from(&other.payload_hash),
            6 => self.forwarded.clone_from(&other.forwarded),
            _ => {
                if let (Some(forwarded), Some(other)) = (&mut self.forwarded, &other.forwarded) {
                    forwarded.take_member_of(other, member - 7);
                }
            }
        }
        self
    }
}

impl Forwarded {
    fn take_member_of(&mut self, other: &Self, member: usize) {
        match member {
            0 => self.method.clone_from(&other.method),
            1 => self.origin.clone_from(&other.origin),
            2 => self.path.clone_from(&other.path),
            3 => self.query.clone_from(&other.query),
            _ => self.headers.clone_from(&other.headers),
        }
    }
}

const MEMBERS: usize = 7 + 5;

fn plain() -> Request {
    Request {
        subject: "agent-42".parse().unwrap(),
        token: "tok1".to_owned(),
        action: "write:/payments/17".parse().unwrap(),
        unit: "payments-api".parse().unwrap(),
        config_version: 3,
        payload_hash: None,
        forwarded: None,
    }
}

fn forwarded() -> Forwarded {
    Forwarded {
        method: "POST".to_owned(),
        origin: "http://127.0.0.1:9000".to_owned(),
        path: "/payments/17".to_owned(),
        query: Some("a=1&b=%22".to_owned()),
        headers: vec![
            ("content-type".to_owned(), b"application/json".to_vec()),
            ("x-note".to_owned(), b"caf\xe9 \"x\"\t".to_vec()),
        ],
    }
}

// The digests were computed with Python's json and hashlib, over members sorted by name.

#[test]
fn a_question_has_the_digest_that_others_compute() {
    assert_eq!(
        plain().digest().as_str(),
        "sha256:1d77ad7a89fa99e93249a1b92991fa14fd5271332800989bdad417956b8bb81c"
    );
}

#[test]
fn a_forwarded_request_has_the_digest_that_others_compute() {
    let hash = "sha256:230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";
    let request = Request {
        payload_hash: hash.parse().ok(),
        forwarded: Some(forwarded()),
        ..plain()
    };
    assert_eq!(
        request.digest().as_str(),
        "sha256:cee2ec26698e0265fa55b23f306d4f029c9d43e0dba1d2b72af016a7a09ba985"
    );
}

#[track_caller]
fn check_differ(change: impl Fn(&mut Forwarded)) {
    let digest = |forwarded| {
        Request {
            forwarded: Some(forwarded),
            ..plain()
        }
        .digest()
    };
    let mut changed = forwarded();
    change(&mut changed);
    assert_ne!(digest(changed), digest(forwarded()));
}

#[test]
fn no_query_is_not_an_empty_query() {
    let with = |query| {
        let mut request = plain();
        request.forwarded = Some(Forwarded {
            query,
            ..forwarded()
        });
        request.digest()
    };
    assert_ne!(with(None), with(Some(String::new())));
}

#[test]
fn headers_are_bound_in_their_order_and_to_the_byte() {
    check_differ(|request| request.headers.reverse());
    check_differ(|request| request.headers.truncate(1));
    check_differ(|request| request.headers.push(("x-note".to_owned(), Vec::new())));
    // The same character in UTF-8 is another value.
    check_differ(|request| request.headers[1].1 = "café \"x\"\t".into());
}

#[test]
fn neighbouring_configurations_differ_however_large_their_numbers() {
    let at = |config_version| {
        Request {
            config_version,
            ..plain()
        }
        .digest()
    };
    assert_ne!(at(u64::MAX), at(u64::MAX - 1));
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,3}", any::<String>()]
}

fn forwarded_requests() -> impl Strategy<Value = Forwarded> {
    let header = (texts(), vec(any::<u8>(), 0..6));
    (
        texts(),
        texts(),
        texts(),
        option::of(texts()),
        vec(header, 0..4),
    )
        .prop_map(|(method, origin, path, query, headers)| Forwarded {
            method,
            origin,
            path,
            query,
            headers,
        })
}

fn requests() -> impl Strategy<Value = Request> {
    let names = ("[a-c]{1,2}", texts(), "write:[a-c]{1,2}", "[a-c]{1,2}");
    let hash = "sha256:[01]{64}".prop_map(|text| text.parse().unwrap());
    (
        names,
        any::<u64>(),
        option::of(hash),
        option::of(forwarded_requests()),
    )
        .prop_map(
            |((subject, token, action, unit), config_version, payload_hash, forwarded)| Request {
                subject: subject.parse().unwrap(),
                token,
                action: action.parse().unwrap(),
                unit: unit.parse().unwrap(),
                config_version,
                payload_hash,
                forwarded,
            },
        )
}

proptest! {
    #[test]
    fn changing_any_one_member_changes_the_digest(one in requests(), other in requests()) {
        for member in 0..MEMBERS {
            let changed = one.clone().with_member_of(&other, member);
            prop_assert_eq!(changed == one, changed.digest() == one.digest(), "member {}", member);
        }
    }

    #[test]
    fn changing_any_one_forwarded_member_changes_the_digest(
        request in requests(),
        one in forwarded_requests(),
        other in forwarded_requests(),
    ) {
        let one = Request { forwarded: Some(one), ..request.clone() };
        let other = Request { forwarded: Some(other), ..request };
        for member in 7..MEMBERS {
            let changed = one.clone().with_member_of(&other, member);
            prop_assert_eq!(changed == one, changed.digest() == one.digest(), "member {}", member);
        }
    }
}
