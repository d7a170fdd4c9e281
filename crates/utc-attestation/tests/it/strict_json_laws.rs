//! Laws of strict JSON, for any text and any document.

use proptest::prelude::*;
use serde_json::Value;
use utc_attestation::{Limits, Problem, check_strict};

const LIMITS: Limits = Limits { max_depth: 100 };

/// Texts made of the pieces that JSON is made of, right and wrong.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        " ",
        "\"",
        "\\",
        "\"a\"",
        "\"b\"",
        "\"\\u0061\"",
        "\\u",
        "d83d",
        "0",
        "1",
        "-",
        ".",
        "e",
        "E+",
        "9007199254740992",
        "true",
        "null",
        "fals",
        "é",
        "\"a\":",
        "1e400",
        "{\"a\":1,",
        "\n",
    ]);
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Any document that has one meaning.
fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_verdict_is_that_of_another_reader_but_for_the_stricter_rules(text in pieces()) {
        let other = serde_json::from_str::<Value>(&text);
        match check_strict(text.as_bytes(), LIMITS) {
            Ok(()) => prop_assert!(other.is_ok(), "{text}"),
            Err(error) => {
                let stricter = matches!(error.problem, Problem::Duplicate | Problem::Integer);
                prop_assert!(other.is_err() || stricter, "{text}: {error}");
            }
        }
    }
}

proptest! {
    #[test]
    fn every_document_with_one_meaning_is_accepted(document in documents()) {
        let compact = serde_json::to_string(&document).unwrap();
        prop_assert_eq!(check_strict(compact.as_bytes(), LIMITS), Ok(()));
        let pretty = serde_json::to_string_pretty(&document).unwrap();
        prop_assert_eq!(check_strict(pretty.as_bytes(), LIMITS), Ok(()));
    }
}
